#include "query/duckdb/dialect/t_digest.h"

#include <algorithm>
#include <cmath>

#include "query/duckdb/dialect/float_order.h"

namespace influxdb3::query::sql {
namespace {

/// The share of all values that lies in the first `step` of `steps` centroids.
double ShareUpTo(size_t step, size_t steps) {
  const double at = static_cast<double>(step) / static_cast<double>(steps);
  if (at < 0.5) return 2 * at * at;
  const double rest = 1 - at;
  return 1 - 2 * rest * rest;
}

}  // namespace

template <class Values, class At>
void TDigest::Merge(const Values& sorted, size_t centroids_max, bool weighted, At at) {
  // Merging digests of one value each, the reference takes the first step twice.
  size_t step = weighted ? 0 : 1;
  double limit = ShareUpTo(weighted ? 1 : step, centroids_max) * count_;
  ++step;
  Centroid current = at(sorted[0]);
  double seen = current.weight;
  double sum_added = 0;
  double weight_added = 0;
  const auto close = [&] {
    const double weight = current.weight + weight_added;
    centroids_.push_back({(sum_added + current.weight * current.mean) / weight, weight});
    sum_added = 0;
    weight_added = 0;
  };
  for (size_t i = 1; i < sorted.size(); ++i) {
    const Centroid next = at(sorted[i]);
    seen += next.weight;
    if (seen <= limit) {
      sum_added += next.mean * next.weight;
      weight_added += next.weight;
      continue;
    }
    close();
    limit = ShareUpTo(step++, centroids_max) * count_;
    current = next;
  }
  close();
  std::sort(centroids_.begin(), centroids_.end(), [](const Centroid& a, const Centroid& b) {
    return TotalOrder(a.mean) < TotalOrder(b.mean);
  });
}

TDigest::TDigest(const std::vector<double>& sorted, size_t centroids_max)
    : count_(static_cast<double>(sorted.size())), least_(sorted.front()), greatest_(sorted.back()) {
  Merge(sorted, centroids_max, false, [](double value) { return Centroid{value, 1}; });
}

TDigest::TDigest(const std::vector<Centroid>& sorted, size_t centroids_max)
    : count_(static_cast<double>(sorted.size())),
      least_(sorted.front().mean),
      greatest_(sorted.back().mean) {
  Merge(sorted, centroids_max, true, [](const Centroid& value) { return value; });
}

size_t TDigest::Find(double rank, bool from_end, double* weight_before) const {
  if (from_end) {
    double before = count_;
    for (size_t i = centroids_.size(); i-- > 0;) {
      before -= centroids_[i].weight;
      *weight_before = before;
      if (rank >= before) return i;
    }
    return 0;
  }
  double before = 0;
  for (size_t i = 0; i < centroids_.size(); ++i) {
    *weight_before = before;
    if (rank < before + centroids_[i].weight) return i;
    before += centroids_[i].weight;
  }
  *weight_before = before;
  return centroids_.size() - 1;
}

double TDigest::Estimate(double quantile) const {
  if (quantile <= 0) return least_;
  if (quantile >= 1) return greatest_;
  const double rank = quantile * count_;
  double before = 0;
  const size_t at = Find(rank, quantile > 0.5, &before);
  double low = least_;
  double high = greatest_;
  double slope = 0;
  if (centroids_.size() > 1) {
    const size_t last = centroids_.size() - 1;
    if (at > 0) low = centroids_[at - 1].mean;
    if (at < last) high = centroids_[at + 1].mean;
    if (at == 0) {
      slope = high - centroids_[at].mean;
    } else if (at == last) {
      slope = centroids_[at].mean - low;
    } else {
      slope = (high - low) / 2;
    }
  }
  const Centroid& found = centroids_[at];
  const double value = found.mean + ((rank - before) / found.weight - 0.5) * slope;
  if (std::isnan(low) || std::isnan(high)) return value;
  return std::isnan(value) ? value : std::clamp(value, low, std::max(low, high));
}

}  // namespace influxdb3::query::sql
