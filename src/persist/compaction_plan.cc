#include "persist/compaction_plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

namespace influxdb3::persist {
namespace {

using FilePtr = std::shared_ptr<const ParquetFile>;
using Files = std::vector<FilePtr>;
using TombstonePtr = std::shared_ptr<const Tombstone>;

constexpr int64_t kDayNs = int64_t{86'400} * 1'000'000'000;

bool EarlierFirst(const FilePtr& left, const FilePtr& right) {
  return std::tie(left->time_range.min_ns, left->file_id) <
         std::tie(right->time_range.min_ns, right->file_id);
}

bool OlderFirst(const FilePtr& left, const FilePtr& right) {
  return std::tie(left->order, left->time_range.min_ns, left->file_id) <
         std::tie(right->order, right->time_range.min_ns, right->file_id);
}

uint64_t TotalBytes(const Files& files) {
  uint64_t bytes = 0;
  for (const FilePtr& file : files) bytes += file->size_bytes;
  return bytes;
}

/// Files that overlap in time, directly or through others; by time.
struct Component {
  Files files;
  model::TimeRange range;
  uint64_t bytes = 0;

  explicit Component(const FilePtr& file) : range(file->time_range) { Add(file); }
  void Add(const FilePtr& file) {
    range.max_ns = std::max(range.max_ns, file->time_range.max_ns);
    bytes += file->size_bytes;
    files.push_back(file);
  }
};

/// `files` are sorted by EarlierFirst; the result is by time.
std::vector<Component> Components(const Files& files) {
  std::vector<Component> components;
  for (const FilePtr& file : files) {
    if (components.empty() || components.back().range.max_ns < file->time_range.min_ns) {
      components.emplace_back(file);
    } else {
      components.back().Add(file);
    }
  }
  return components;
}

int64_t FloorTo(int64_t time_ns, int64_t step_ns) {
  const int64_t rest = time_ns % step_ns;
  const int64_t below = rest < 0 ? rest + step_ns : rest;
  return time_ns < INT64_MIN + below ? INT64_MIN : time_ns - below;
}

/// The files that, taken largest first, overlap none taken before; and the others. Both by time.
std::pair<Files, Files> SplitByOverlap(const Files& files) {
  Files by_size = files;
  std::stable_sort(by_size.begin(), by_size.end(), [](const FilePtr& left, const FilePtr& right) {
    return left->size_bytes > right->size_bytes;
  });
  std::map<int64_t, FilePtr> large;  // by begin
  Files others;
  for (const FilePtr& file : by_size) {
    const auto behind = large.upper_bound(file->time_range.max_ns);
    const bool overlaps =
        behind != large.begin() && std::prev(behind)->second->time_range.Overlaps(file->time_range);
    if (overlaps) {
      others.push_back(file);
    } else {
      large.emplace(file->time_range.min_ns, file);
    }
  }
  std::pair<Files, Files> result;
  for (const auto& [begin, file] : large) result.first.push_back(file);
  std::sort(others.begin(), others.end(), EarlierFirst);
  result.second = std::move(others);
  return result;
}

class Planner {
 public:
  Planner(const std::vector<TombstonePtr>& tombstones, const CompactionRules& rules)
      : tombstones_(tombstones), rules_(rules) {}

  std::vector<CompactionJob> Plan(const Files& files) {
    const std::vector<Component> components = Components(files);
    size_t begin = 0;
    while (begin < components.size()) {
      if (!IsMergeable(components[begin])) {
        PlanInside(components[begin++]);
        continue;
      }
      size_t end = begin + 1;
      while (end < components.size() && IsMergeable(components[end])) ++end;
      PlanNeighbours({components.data() + begin, components.data() + end});
      begin = end;
    }
    return std::move(jobs_);
  }

 private:
  using Run = std::pair<const Component*, const Component*>;  // neighbours in time: [first, second)

  /// Whether all of it may become one file that neighbours may join.
  bool IsMergeable(const Component& component) const {
    if (component.files.size() == 1) return component.bytes < rules_.target_file_bytes / 2;
    return component.bytes < rules_.target_file_bytes && PaysToMerge(component.files);
  }

  /// Whether files that overlap, the large ones included, are worth rewriting.
  bool PaysToMerge(const Files& files) const {
    const auto [large, others] = SplitByOverlap(files);
    const uint64_t large_bytes = TotalBytes(large);
    return large_bytes <= rules_.overlap_free_bytes ||
           large_bytes / rules_.overlap_factor <= TotalBytes(others) ||
           others.size() >= rules_.overlap_count * large.size();
  }

  bool NeedsRewriting(const FilePtr& file) const {
    return std::any_of(tombstones_.begin(), tombstones_.end(), [&](const TombstonePtr& tombstone) {
      return tombstone->wal_seq > file->max_wal_seq && tombstone->range.Overlaps(file->time_range);
    });
  }

  // Merges small files with others of their size first; the larger ones join in when enough of
  // them lie side by side.
  void PlanNeighbours(Run run) {
    std::vector<bool> taken(static_cast<size_t>(run.second - run.first));
    for (uint64_t size_max = std::max<uint64_t>(rules_.target_file_bytes >> 6, 1);
         size_max <= rules_.target_file_bytes; size_max *= 4) {
      const Component* begin = run.first;
      while (begin < run.second) {
        const Component* end = begin;
        while (end < run.second && end->bytes < size_max &&
               !taken[static_cast<size_t>(end - run.first)]) {
          ++end;
        }
        for (const Run& group : Groups({begin, end})) {
          if (!IsWorthMerging(group)) continue;
          AddJobOf(group);
          std::fill(taken.begin() + (group.first - run.first),
                    taken.begin() + (group.second - run.first), true);
        }
        begin = end < run.second ? end + 1 : end;
      }
    }
    for (const Component* at = run.first; at < run.second; ++at) {
      if (!taken[static_cast<size_t>(at - run.first)]) PlanInside(*at);
    }
  }

  // Cut where a file would become too large, or would reach over a day's end while it is not small.
  std::vector<Run> Groups(Run run) const {
    std::vector<Run> groups;
    const Component* begin = run.first;
    uint64_t bytes = 0;
    for (const Component* at = run.first; at < run.second; ++at) {
      const bool next_day = at > begin && FloorTo(at->range.min_ns, kDayNs) !=
                                              FloorTo((at - 1)->range.max_ns, kDayNs);
      if (at > begin && (bytes + at->bytes > rules_.target_file_bytes ||
                         (next_day && bytes >= rules_.day_file_bytes))) {
        groups.emplace_back(begin, at);
        begin = at;
        bytes = 0;
      }
      bytes += at->bytes;
    }
    if (begin < run.second) groups.emplace_back(begin, run.second);
    return groups;
  }

  bool IsWorthMerging(Run group) const {
    uint64_t bytes = 0;
    uint64_t largest = 0;
    for (const Component* at = group.first; at < group.second; ++at) {
      bytes += at->bytes;
      largest = std::max(largest, at->bytes);
    }
    return static_cast<size_t>(group.second - group.first) >= rules_.merge_count_min &&
           largest / 2 <= bytes - largest;
  }

  void AddJobOf(Run group) {
    Files files;
    for (const Component* at = group.first; at < group.second; ++at) {
      files.insert(files.end(), at->files.begin(), at->files.end());
    }
    AddJob(std::move(files));
  }

  // What a component that no neighbour joins needs.
  void PlanInside(const Component& component) {
    if (component.files.size() > 1 && PaysToMerge(component.files)) {
      AddJob(component.files);
      return;
    }
    const auto [large, others] = SplitByOverlap(component.files);
    for (const FilePtr& file : large) {
      if (NeedsRewriting(file)) AddJob({file});
    }
    for (const Component& part : Components(others)) {
      if (part.files.size() > 1 && PaysToMerge(part.files) && IsClosed(part.files, component)) {
        AddJob(part.files);
        continue;
      }
      for (const FilePtr& file : part.files) {
        if (NeedsRewriting(file)) AddJob({file});
      }
    }
  }

  static bool IsClosed(const Files& inside, const Component& component) {
    uint64_t newest = 0;
    for (const FilePtr& file : inside) newest = std::max(newest, file->order);
    for (const FilePtr& outside : component.files) {
      if (std::find(inside.begin(), inside.end(), outside) != inside.end()) continue;
      for (const FilePtr& file : inside) {
        if (outside->time_range.Overlaps(file->time_range) && outside->order > file->order &&
            outside->order <= newest) {
          return false;
        }
      }
    }
    return true;
  }

  void AddJob(Files files) {
    CompactionJob job;
    job.outputs = SplitByTime(files);
    job.inputs = std::move(files);
    std::sort(job.inputs.begin(), job.inputs.end(), OlderFirst);
    jobs_.push_back(std::move(job));
  }

  // As many ranges as there are files of the target size in `files`, of about the same size each if
  // every file's rows are spread evenly over its time.
  std::vector<model::TimeRange> SplitByTime(const Files& files) const {
    model::TimeRange whole{INT64_MAX, INT64_MIN};
    for (const FilePtr& file : files) {
      whole.min_ns = std::min(whole.min_ns, file->time_range.min_ns);
      whole.max_ns = std::max(whole.max_ns, file->time_range.max_ns);
    }
    // A single file that is too large stays one: splitting it would not be worth writing it anew.
    const uint64_t bytes = files.size() == 1 ? 0 : TotalBytes(files);
    const uint64_t parts = bytes / rules_.target_file_bytes + 1;
    std::vector<model::TimeRange> ranges;
    int64_t begin = whole.min_ns;
    for (uint64_t part = 1; part < parts; ++part) {
      const int64_t boundary =
          FloorTo(TimeBehind(files, whole, bytes / parts * part), rules_.boundary_ns);
      if (boundary <= begin) continue;
      ranges.push_back({begin, boundary - 1});
      begin = boundary;
    }
    ranges.push_back({begin, whole.max_ns});
    return ranges;
  }

  // The time before which about `bytes` of the files lie.
  static int64_t TimeBehind(const Files& files, const model::TimeRange& whole, uint64_t bytes) {
    int64_t low = whole.min_ns;
    int64_t high = whole.max_ns;
    while (low < high) {
      const int64_t middle =
          low +
          static_cast<int64_t>((static_cast<uint64_t>(high) - static_cast<uint64_t>(low)) / 2);
      double before = 0;
      for (const FilePtr& file : files) {
        const double length = static_cast<double>(file->time_range.max_ns) -
                              static_cast<double>(file->time_range.min_ns) + 1;
        const double passed =
            static_cast<double>(middle) - static_cast<double>(file->time_range.min_ns);
        before += static_cast<double>(file->size_bytes) * std::clamp(passed / length, 0.0, 1.0);
      }
      if (before < static_cast<double>(bytes)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  const std::vector<TombstonePtr>& tombstones_;
  const CompactionRules& rules_;
  std::vector<CompactionJob> jobs_;
};

}  // namespace

std::vector<CompactionJob> PlanCompaction(Files files, const std::vector<TombstonePtr>& tombstones,
                                          const CompactionRules& rules) {
  std::sort(files.begin(), files.end(), EarlierFirst);
  return Planner(tombstones, rules).Plan(files);
}

}  // namespace influxdb3::persist
