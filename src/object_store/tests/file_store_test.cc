#include "object_store/file_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "object_store/fault_points.h"
#include "object_store/testing/temporary_directory.h"
#include "util/fault_point.h"

namespace influxdb3::object_store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using util::Status;
using util::StatusCode;

namespace fs = std::filesystem;

class FileStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { store_ = Open(); }
  void TearDown() override { util::SetFaultHook(nullptr); }

  std::unique_ptr<ObjectStore> Open() {
    auto store = OpenFileStore(directory_.path());
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return std::move(store).value();
  }
  std::string Absolute(const std::string& path) const { return directory_.path() + "/" + path; }
  std::vector<std::string> Listed(ObjectStore& store) {
    std::vector<std::string> names;
    auto listed = store.List("");
    EXPECT_TRUE(listed.ok()) << listed.status().ToString();
    for (const ObjectMeta& meta : *listed) names.push_back(meta.path);
    return names;
  }
  static size_t CountFiles(const std::string& directory) {
    size_t count = 0;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(directory, error)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(FileStoreTest, MakesItsRoot) {
  auto store = OpenFileStore(Absolute("not/yet/there/"));
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  EXPECT_EQ((*store)->Describe(), "file://" + Absolute("not/yet/there"));
  EXPECT_TRUE((*store)->Put("a", "x", PutMode::kCreate).ok());
  EXPECT_TRUE(fs::exists(Absolute("not/yet/there/a")));
}

TEST_F(FileStoreTest, SaysWhyItCannotOpen) {
  std::ofstream(Absolute("plain")) << "x";
  auto store = OpenFileStore(Absolute("plain/below"));
  EXPECT_THAT(store.status().message(), HasSubstr(Absolute("plain/below")));
}

TEST_F(FileStoreTest, StaysWholeWhenItDiesBeforeTheRename) {
  ASSERT_TRUE(store_->Put("n/a", "old", PutMode::kOverwrite).ok());
  util::SetFaultHook([](std::string_view name) {
    return name == kBeforePublish ? Status::Io("died") : Status::Ok();
  });
  EXPECT_EQ(store_->Put("n/a", "new", PutMode::kOverwrite).code(), StatusCode::kIo);
  EXPECT_EQ(store_->Put("n/b", "new", PutMode::kCreate).code(), StatusCode::kIo);
  util::SetFaultHook(nullptr);
  EXPECT_EQ(*Open()->Get("n/a"), "old");
  EXPECT_THAT(Listed(*store_), ElementsAre("n/a"));
  EXPECT_EQ(CountFiles(directory_.path()), 1u);
}

TEST_F(FileStoreTest, ReportsAFailureBehindTheRename) {
  util::SetFaultHook([](std::string_view name) {
    return name == kAfterPublish ? Status::Io("died") : Status::Ok();
  });
  EXPECT_EQ(store_->Put("n/a", "new", PutMode::kCreate).code(), StatusCode::kIo);
  util::SetFaultHook(nullptr);
  EXPECT_EQ(*store_->Get("n/a"), "new");
}

TEST_F(FileStoreTest, RepeatsAnInterruptedDeletion) {
  ASSERT_TRUE(store_->Put("n/x/a", "x", PutMode::kCreate).ok());
  util::SetFaultHook([](std::string_view name) {
    return name == kAfterUnlink ? Status::Io("died") : Status::Ok();
  });
  EXPECT_EQ(store_->Delete("n/x/a").code(), StatusCode::kIo);
  util::SetFaultHook(nullptr);
  EXPECT_TRUE(store_->Delete("n/x/a").ok());
  EXPECT_FALSE(fs::exists(Absolute("n/x")));
}

TEST_F(FileStoreTest, RemovesOnlyWhatNobodyWrites) {
  auto upload = store_->StartUpload("n/living");
  ASSERT_TRUE(upload.ok());
  ASSERT_TRUE((*upload)->Append("half").ok());
  std::ofstream(Absolute("n/.incomplete/99999999-1")) << "left behind";
  fs::create_directories(Absolute(".incomplete"));
  std::ofstream(Absolute(".incomplete/99999999-2")) << "left behind";
  EXPECT_EQ(CountFiles(directory_.path()), 3u);
  EXPECT_THAT(Listed(*store_), IsEmpty());

  const std::unique_ptr<ObjectStore> again = Open();
  EXPECT_EQ(CountFiles(directory_.path()), 1u);
  ASSERT_TRUE((*upload)->Append(" and half").ok());
  ASSERT_TRUE((*upload)->Finish().ok());
  EXPECT_EQ(*again->Get("n/living"), "half and half");
}

TEST_F(FileStoreTest, RefusesAnObjectBelowAnObject) {
  ASSERT_TRUE(store_->Put("n/a", "x", PutMode::kCreate).ok());
  const Status below = store_->Put("n/a/b", "x", PutMode::kCreate);
  EXPECT_EQ(below.code(), StatusCode::kInvalidArgument) << below.ToString();
  ASSERT_TRUE(store_->Put("n/d/e", "x", PutMode::kCreate).ok());
  EXPECT_EQ(store_->Put("n/d", "x", PutMode::kCreate).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Put("n/d", "x", PutMode::kOverwrite).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Get("n/a/b").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(store_->Delete("n/a/b").ok());
  EXPECT_EQ(CountFiles(directory_.path()), 2u);
}

TEST_F(FileStoreTest, KeepsTheFoldersOfNodes) {
  ASSERT_TRUE(store_->Put("n/x/y/a", "x", PutMode::kCreate).ok());
  ASSERT_TRUE(store_->Put("n/x/b", "x", PutMode::kCreate).ok());
  ASSERT_TRUE(store_->Delete("n/x/y/a").ok());
  EXPECT_FALSE(fs::exists(Absolute("n/x/y")));
  EXPECT_TRUE(fs::exists(Absolute("n/x/b")));
  ASSERT_TRUE(store_->Delete("n/x/b").ok());
  EXPECT_FALSE(fs::exists(Absolute("n/x")));
  EXPECT_TRUE(fs::exists(Absolute("n")));
}

TEST_F(FileStoreTest, PutsIntoAFolderSomebodyElseRemoved) {
  ASSERT_TRUE(store_->Put("n/x/a", "x", PutMode::kCreate).ok());
  fs::remove_all(Absolute("n"));
  ASSERT_TRUE(store_->Put("n/x/a", "y", PutMode::kCreate).ok());
  EXPECT_EQ(*store_->Get("n/x/a"), "y");
}

TEST_F(FileStoreTest, EndsAnUploadAfterItsFinish) {
  auto upload = store_->StartUpload("n/a");
  ASSERT_TRUE(upload.ok());
  ASSERT_TRUE((*upload)->Append("x").ok());
  ASSERT_TRUE((*upload)->Finish().ok());
  EXPECT_EQ((*upload)->Append("y").code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE((*upload)->Abort().ok());
  upload->reset();
  EXPECT_EQ(*store_->Get("n/a"), "x");
}

TEST_F(FileStoreTest, TellsOfMissingRights) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may do everything";
  ASSERT_TRUE(store_->Put("n/a", "x", PutMode::kCreate).ok());
  fs::permissions(Absolute("n"), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(store_->Delete("n/a").code(), StatusCode::kPermissionDenied);
  fs::permissions(Absolute("n"), fs::perms::owner_all);
}

}  // namespace
}  // namespace influxdb3::object_store
