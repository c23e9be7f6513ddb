#include "object_store/testing/store_conformance.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "object_store/object_path.h"

namespace influxdb3::object_store::testing {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using util::Result;
using util::Status;
using util::StatusCode;

namespace {

constexpr PutMode kCreate = PutMode::kCreate;
constexpr PutMode kOverwrite = PutMode::kOverwrite;

/// Bytes of all values, different for each seed.
std::string SomeBytes(size_t size, unsigned seed) {
  std::minstd_rand random(seed + 1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() >> 8);
  return bytes;
}

std::string NewPrefix() {
  static const unsigned run = std::random_device()();
  static std::atomic<int> counter{0};
  return fmt::format("conformance-{:08x}/{}/", run, counter.fetch_add(1));
}

void RunInThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

void StoreConformance::SetUp() {
  store_ = GetParam().open();
  if (store_ == nullptr) GTEST_SKIP() << "no server for " << GetParam().name;
  prefix_ = NewPrefix();
}

void StoreConformance::TearDown() {
  if (store_ == nullptr) return;
  for (const std::string& name : ListedNames()) EXPECT_TRUE(store_->Delete(Path(name)).ok());
}

std::vector<std::string> StoreConformance::ListedNames(const std::string& below) {
  std::vector<std::string> names;
  const Result<std::vector<ObjectMeta>> listed = store_->List(Path(below));
  EXPECT_TRUE(listed.ok()) << listed.status().ToString();
  if (!listed.ok()) return names;
  for (const ObjectMeta& meta : *listed) {
    EXPECT_TRUE(meta.path.starts_with(prefix_)) << meta.path;
    names.push_back(meta.path.substr(std::min(prefix_.size(), meta.path.size())));
  }
  return names;
}

TEST_P(StoreConformance, GivesBackWhatWasPut) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{100'001}}) {
    const std::string path = Path(fmt::format("bytes/{}", size));
    const std::string bytes = SomeBytes(size, 1);
    const Status put = store_->Put(path, bytes, kOverwrite);
    ASSERT_TRUE(put.ok()) << put.ToString();
    const Result<std::string> got = store_->Get(path);
    ASSERT_TRUE(got.ok()) << got.status().ToString();
    EXPECT_TRUE(*got == bytes) << size;
    const Result<ObjectMeta> meta = store_->Head(path);
    ASSERT_TRUE(meta.ok()) << meta.status().ToString();
    EXPECT_EQ(meta->path, path);
    EXPECT_EQ(meta->size_bytes, size);
  }
}

TEST_P(StoreConformance, OverwritesWithLongerAndShorter) {
  const std::string path = Path("a");
  for (const char* bytes : {"first", "second and longer", "3"}) {
    ASSERT_TRUE(store_->Put(path, bytes, kOverwrite).ok());
    EXPECT_EQ(*store_->Get(path), bytes);
    EXPECT_EQ(store_->Head(path)->size_bytes, std::string_view(bytes).size());
  }
  EXPECT_THAT(ListedNames(), ElementsAre("a"));
}

TEST_P(StoreConformance, CreatesOnlyOnce) {
  const std::string path = Path("deep/down/a");
  const Status first = store_->Put(path, "first", kCreate);
  ASSERT_TRUE(first.ok()) << first.ToString();
  const Status second = store_->Put(path, "second", kCreate);
  EXPECT_EQ(second.code(), StatusCode::kAlreadyExists) << second.ToString();
  EXPECT_EQ(*store_->Get(path), "first");
  ASSERT_TRUE(store_->Delete(path).ok());
  EXPECT_TRUE(store_->Put(path, "third", kCreate).ok());
  EXPECT_EQ(*store_->Get(path), "third");
}

TEST_P(StoreConformance, LetsOneOfManyCreators) {
  constexpr int kWriters = 8;
  for (int round = 0; round < 5; ++round) {
    const std::string path = Path(fmt::format("race/{}", round));
    std::atomic<int> winner{-1};
    std::atomic<int> winners{0};
    RunInThreads(kWriters, [&](int writer) {
      const Status put = store_->Put(path, fmt::format("writer {}", writer), kCreate);
      if (put.ok()) {
        ++winners;
        winner = writer;
      } else {
        EXPECT_EQ(put.code(), StatusCode::kAlreadyExists) << put.ToString();
      }
    });
    ASSERT_EQ(winners.load(), 1);
    EXPECT_EQ(*store_->Get(path), fmt::format("writer {}", winner.load()));
  }
}

TEST_P(StoreConformance, SeesNoHalfObjects) {
  const std::string path = Path("whole");
  const std::string one = SomeBytes(50'000, 1);
  const std::string other = SomeBytes(70'000, 2);
  ASSERT_TRUE(store_->Put(path, one, kOverwrite).ok());
  RunInThreads(4, [&](int thread) {
    for (int i = 0; i < 5; ++i) {
      if (thread == 0) {
        EXPECT_TRUE(store_->Put(path, i % 2 == 0 ? other : one, kOverwrite).ok());
        continue;
      }
      const Result<std::string> got = store_->Get(path);
      ASSERT_TRUE(got.ok()) << got.status().ToString();
      EXPECT_TRUE(*got == one || *got == other);
    }
  });
}

TEST_P(StoreConformance, ReadsRanges) {
  const std::string path = Path("ranges");
  ASSERT_TRUE(store_->Put(path, "0123456789", kOverwrite).ok());
  EXPECT_EQ(*store_->GetRange(path, 0, 10), "0123456789");
  EXPECT_EQ(*store_->GetRange(path, 2, 3), "234");
  EXPECT_EQ(*store_->GetRange(path, 9, 1), "9");
  EXPECT_EQ(*store_->GetRange(path, 8, 5), "89");
  EXPECT_EQ(*store_->GetRange(path, 3, UINT64_MAX), "3456789");
  EXPECT_EQ(*store_->GetRange(path, 4, 0), "");
  const Result<std::string> at_end = store_->GetRange(path, 10, 5);
  ASSERT_TRUE(at_end.ok()) << at_end.status().ToString();
  EXPECT_EQ(*at_end, "");
  EXPECT_EQ(store_->GetRange(path, 11, 1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->GetRange(path, UINT64_MAX, 1).status().code(), StatusCode::kInvalidArgument);
}

TEST_P(StoreConformance, ReadsRangesOfTheEmptyObject) {
  const std::string path = Path("empty");
  ASSERT_TRUE(store_->Put(path, "", kOverwrite).ok());
  const Result<std::string> nothing = store_->GetRange(path, 0, 10);
  ASSERT_TRUE(nothing.ok()) << nothing.status().ToString();
  EXPECT_EQ(*nothing, "");
  EXPECT_EQ(store_->GetRange(path, 1, 1).status().code(), StatusCode::kInvalidArgument);
}

TEST_P(StoreConformance, SaysWhatIsMissing) {
  EXPECT_EQ(store_->Get(Path("none")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->GetRange(Path("none"), 0, 1).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->GetRange(Path("none"), 5, 0).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Head(Path("none")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Get(Path("none/deep/down")).status().code(), StatusCode::kNotFound);
  const Status missing = store_->Get(Path("none")).status();
  EXPECT_NE(missing.message().find(Path("none")), std::string::npos) << missing.ToString();
  EXPECT_THAT(ListedNames(), IsEmpty());
  // What looks like a folder is no object.
  ASSERT_TRUE(store_->Put(Path("folder/a"), "x", kOverwrite).ok());
  EXPECT_EQ(store_->Get(Path("folder")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Head(Path("folder")).status().code(), StatusCode::kNotFound);
}

TEST_P(StoreConformance, ListsSortedBelowThePrefixOnly) {
  for (const char* name : {"b", "a/2", "a/10", "a.x", "a/1/z", "ab/1", "a-/1", "c/ü", "c/ z+%25"}) {
    ASSERT_TRUE(store_->Put(Path(name), name, kOverwrite).ok()) << name;
  }
  EXPECT_THAT(ListedNames(),
              ElementsAre("a-/1", "a.x", "a/1/z", "a/10", "a/2", "ab/1", "b", "c/ z+%25", "c/ü"));
  EXPECT_THAT(ListedNames("a/"), ElementsAre("a/1/z", "a/10", "a/2"));
  EXPECT_THAT(ListedNames("a/1/"), ElementsAre("a/1/z"));
  EXPECT_THAT(ListedNames("b/"), IsEmpty());
  EXPECT_THAT(ListedNames("none/"), IsEmpty());
  EXPECT_EQ(*store_->Get(Path("c/ü")), "c/ü");
  EXPECT_EQ(*store_->Get(Path("c/ z+%25")), "c/ z+%25");
}

TEST_P(StoreConformance, ListsSizesAndSaneTimes) {
  ASSERT_TRUE(store_->Put(Path("a"), "12345", kOverwrite).ok());
  ASSERT_TRUE(store_->Put(Path("b"), "", kOverwrite).ok());
  const Result<std::vector<ObjectMeta>> listed = store_->List(prefix_);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].size_bytes, 5u);
  EXPECT_EQ((*listed)[1].size_bytes, 0u);
  EXPECT_GE((*listed)[0].modified_ns, 0);
}

TEST_P(StoreConformance, DeletesAlsoWhatIsNotThere) {
  ASSERT_TRUE(store_->Put(Path("d/a"), "x", kOverwrite).ok());
  ASSERT_TRUE(store_->Put(Path("d/b"), "x", kOverwrite).ok());
  const Status deleted = store_->Delete(Path("d/a"));
  EXPECT_TRUE(deleted.ok()) << deleted.ToString();
  EXPECT_EQ(store_->Get(Path("d/a")).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(ListedNames(), ElementsAre("d/b"));
  EXPECT_TRUE(store_->Delete(Path("d/a")).ok());
  EXPECT_TRUE(store_->Delete(Path("none/of/these")).ok());
  EXPECT_TRUE(store_->Delete(Path("d")).ok());
  EXPECT_THAT(ListedNames(), ElementsAre("d/b"));
}

TEST_P(StoreConformance, PutsAndDeletesInTheSameFolderAtOnce) {
  RunInThreads(4, [&](int thread) {
    for (int i = 0; i < 10; ++i) {
      const std::string path = Path(fmt::format("shared/deep/{}", thread));
      Status put = store_->Put(path, "x", kCreate);
      // MinIO keeps folders as folders, and denies access to one that another deletion removes at
      // this moment.
      for (int again = 0; again < 20 && put.code() == StatusCode::kPermissionDenied; ++again) {
        put = store_->Put(path, "x", kCreate);
      }
      ASSERT_TRUE(put.ok()) << put.ToString();
      EXPECT_EQ(*store_->Get(path), "x");
      ASSERT_TRUE(store_->Delete(path).ok());
    }
  });
  EXPECT_THAT(ListedNames(), IsEmpty());
}

TEST_P(StoreConformance, UploadsInParts) {
  const std::string path = Path("parts/big");
  const std::string bytes = SomeBytes(GetParam().upload_bytes, 3);
  Result<std::unique_ptr<Upload>> upload = store_->StartUpload(path);
  ASSERT_TRUE(upload.ok()) << upload.status().ToString();
  size_t at = 0;
  for (size_t step = 1; at < bytes.size(); step = step * 3 + 1) {
    const std::string_view piece = std::string_view(bytes).substr(at, step);
    const Status appended = (*upload)->Append(piece);
    ASSERT_TRUE(appended.ok()) << appended.ToString();
    at += piece.size();
  }
  EXPECT_EQ(store_->Head(path).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(ListedNames(), IsEmpty());
  const Status finished = (*upload)->Finish();
  ASSERT_TRUE(finished.ok()) << finished.ToString();
  const Result<std::string> got = store_->Get(path);
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  EXPECT_TRUE(*got == bytes);
  EXPECT_THAT(ListedNames(), ElementsAre("parts/big"));
}

TEST_P(StoreConformance, UploadsNothingAndReplaces) {
  const std::string path = Path("a");
  ASSERT_TRUE(store_->Put(path, "old", kOverwrite).ok());
  for (const char* bytes : {"new", ""}) {
    Result<std::unique_ptr<Upload>> upload = store_->StartUpload(path);
    ASSERT_TRUE(upload.ok()) << upload.status().ToString();
    ASSERT_TRUE((*upload)->Append("").ok());
    ASSERT_TRUE((*upload)->Append(bytes).ok());
    const Status finished = (*upload)->Finish();
    ASSERT_TRUE(finished.ok()) << finished.ToString();
    EXPECT_EQ(*store_->Get(path), bytes);
  }
}

TEST_P(StoreConformance, LeavesNothingOfUploadsGivenUp) {
  const std::string bytes = SomeBytes(GetParam().upload_bytes, 4);
  {
    Result<std::unique_ptr<Upload>> upload = store_->StartUpload(Path("aborted"));
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE((*upload)->Append(bytes).ok());
    const Status aborted = (*upload)->Abort();
    EXPECT_TRUE(aborted.ok()) << aborted.ToString();
    EXPECT_FALSE((*upload)->Append("x").ok());
    EXPECT_FALSE((*upload)->Finish().ok());
    EXPECT_TRUE((*upload)->Abort().ok());
  }
  {
    Result<std::unique_ptr<Upload>> upload = store_->StartUpload(Path("forgotten"));
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE((*upload)->Append(bytes).ok());
  }
  EXPECT_THAT(ListedNames(), IsEmpty());
}

TEST_P(StoreConformance, RefusesHostilePaths) {
  const std::vector<std::string> paths = {"",
                                          "/",
                                          "/a",
                                          "a/",
                                          "a//b",
                                          ".",
                                          "..",
                                          "../a",
                                          "a/.",
                                          "a/../../b",
                                          "a\nb",
                                          "\x7f",
                                          "\xff",
                                          "a/" + std::string(kPathPartBytesMax + 1, 'x'),
                                          std::string("a\0b", 3),
                                          ".incomplete/a",
                                          "a/.incomplete/b"};
  for (const std::string& path : paths) {
    EXPECT_EQ(store_->Put(path, "x", kOverwrite).code(), StatusCode::kInvalidArgument) << path;
    EXPECT_EQ(store_->Put(path, "x", kCreate).code(), StatusCode::kInvalidArgument) << path;
    EXPECT_EQ(store_->Get(path).status().code(), StatusCode::kInvalidArgument) << path;
    EXPECT_EQ(store_->GetRange(path, 0, 1).status().code(), StatusCode::kInvalidArgument) << path;
    EXPECT_EQ(store_->Head(path).status().code(), StatusCode::kInvalidArgument) << path;
    EXPECT_EQ(store_->Delete(path).code(), StatusCode::kInvalidArgument) << path;
    EXPECT_EQ(store_->StartUpload(path).status().code(), StatusCode::kInvalidArgument) << path;
  }
  for (const char* prefix : {"a", "/", "../", "a/../", "a//", "./"}) {
    EXPECT_EQ(store_->List(prefix).status().code(), StatusCode::kInvalidArgument) << prefix;
  }
}

TEST_P(StoreConformance, TakesTheLongestPaths) {
  std::string name = std::string(kPathPartBytesMax, 'p');
  while (Path(name).size() < kPathBytesMax) {
    name += "/";
    name += std::string(std::min(kPathBytesMax - Path(name).size(), kPathPartBytesMax), 'q');
  }
  if (name.back() == '/') name.back() = 'r';
  const Status put = store_->Put(Path(name), "x", kOverwrite);
  ASSERT_TRUE(put.ok()) << put.ToString();
  EXPECT_EQ(*store_->Get(Path(name)), "x");
  EXPECT_THAT(ListedNames(), ElementsAre(name));
  EXPECT_EQ(store_->Put(Path(name) + "s", "x", kOverwrite).code(), StatusCode::kInvalidArgument);
}

TEST_P(StoreConformance, IsOneStoreForTwoClients) {
  if (!GetParam().shared) GTEST_SKIP() << "each opening is a store of its own";
  const std::shared_ptr<ObjectStore> other = GetParam().open();
  ASSERT_NE(other, nullptr);
  ASSERT_TRUE(store_->Put(Path("a"), "x", kCreate).ok());
  EXPECT_EQ(other->Put(Path("a"), "y", kCreate).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(*other->Get(Path("a")), "x");
  ASSERT_TRUE(other->Delete(Path("a")).ok());
  EXPECT_EQ(store_->Get(Path("a")).status().code(), StatusCode::kNotFound);
}

void ExpectAWholeListing(ObjectStore* store, int objects) {
  for (int at = 0; at < objects; ++at) {
    ASSERT_TRUE(store->Put("pages/" + std::to_string(at), "", PutMode::kOverwrite).ok());
  }
  const auto listed = store->List("pages/");
  ASSERT_TRUE(listed.ok()) << listed.status().ToString();
  EXPECT_EQ(listed->size(), static_cast<size_t>(objects));
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace influxdb3::object_store::testing
