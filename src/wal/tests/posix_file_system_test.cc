// The real file system: what the log relies on, and a log on it.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "wal/segment_format.h"
#include "wal/testing/wal_fixture.h"

namespace influxdb3::wal::testing {
namespace {

using util::StatusCode;

/// Files of this process may not grow beyond a size while this lives: writes across it are short,
/// then fail.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

 private:
  rlimit before_;
  void (*signal_)(int);
};

class PosixFileSystemTest : public ::testing::Test {
 protected:
  PosixFileSystemTest() {
    std::string name = ::testing::TempDir() + "wal_test.XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~PosixFileSystemTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  static std::string Read(const File& file) {
    std::string bytes(1 << 20, '\0');
    bytes.resize(file.ReadAt(0, bytes.size(), bytes.data()).value());
    return bytes;
  }

  FileSystem& files_ = FileSystem::Posix();
  std::string directory_;
};

TEST_F(PosixFileSystemTest, FilesAreWrittenReadAndCut) {
  const auto file = files_.Create(Path("a")).value();
  ASSERT_TRUE(file->WriteAt(0, "hello").ok());
  ASSERT_TRUE(file->WriteAt(3, "p me").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(Read(*file), "help me");
  char bytes[4];
  EXPECT_EQ(file->ReadAt(5, sizeof(bytes), bytes).value(), 2u);
  EXPECT_EQ(file->ReadAt(50, sizeof(bytes), bytes).value(), 0u);
  ASSERT_TRUE(file->Truncate(4).ok());
  EXPECT_EQ(file->Size().value(), 4u);
  EXPECT_EQ(Read(*files_.Open(Path("a")).value()), "help");
}

TEST_F(PosixFileSystemTest, ReservedSpaceIsZeros) {
  const auto file = files_.Create(Path("a")).value();
  ASSERT_TRUE(file->WriteAt(0, "abc").ok());
  const util::Status reserved = file->Reserve(6);
  if (reserved.code() == StatusCode::kUnsupported) GTEST_SKIP() << "no fallocate here";
  ASSERT_TRUE(reserved.ok()) << reserved.ToString();
  EXPECT_EQ(Read(*file), std::string("abc\0\0\0", 6));
  ASSERT_TRUE(file->Reserve(2).ok());
  EXPECT_EQ(file->Size().value(), 6u) << "never shorter";
}

TEST_F(PosixFileSystemTest, NamesAreCreatedListedAndRemoved) {
  EXPECT_EQ(files_.Open(Path("b")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(files_.Remove(Path("b")).code(), StatusCode::kNotFound);
  ASSERT_TRUE(files_.CreateDirectories(Path("deep/er")).ok());
  ASSERT_TRUE(files_.CreateDirectories(Path("deep/er")).ok());
  ASSERT_TRUE(files_.Create(Path("b")).ok());
  ASSERT_TRUE(files_.Create(Path("a")).ok());
  EXPECT_EQ(files_.Create(Path("a")).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(files_.List(directory_).value(), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(files_.Remove(Path("a")).ok());
  ASSERT_TRUE(files_.SyncDirectory(directory_).ok());
  EXPECT_EQ(files_.List(directory_).value(), (std::vector<std::string>{"b"}));
  EXPECT_EQ(files_.List(Path("none")).status().code(), StatusCode::kIo);
  EXPECT_EQ(files_.CreateDirectories(Path("b/c")).code(), StatusCode::kIo);
}

TEST_F(PosixFileSystemTest, ALockIsHeldOnce) {
  auto lock = files_.Lock(Path("lock"));
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(files_.Lock(Path("lock")).status().code(), StatusCode::kConflict);
  lock = util::Status::Internal("released");
  EXPECT_TRUE(files_.Lock(Path("lock")).ok());
}

TEST_F(PosixFileSystemTest, AShortWriteIsContinuedAndItsErrorNamesTheFile) {
  const auto file = files_.Create(Path("a")).value();
  const FileSizeLimit limit(10);
  // The first write stores ten bytes, the second none.
  const util::Status status = file->WriteAt(0, "0123456789abc");
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("'" + Path("a") + "': File too large"), std::string::npos)
      << status.message();
  EXPECT_EQ(Read(*file), "0123456789");
}

TEST_F(PosixFileSystemTest, ALogSurvivesAFullDisk) {
  Names acknowledged;
  const OpenOptions options{.node = Path("node")};
  {
    const OpenedWal opened = Open(&files_, options);
    ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
    ASSERT_TRUE(Write(opened.wal.get(), "before").ok());
    {
      // Within the space that is reserved already; a new segment has room for half a record.
      const FileSizeLimit limit(kSegmentHeaderBytes + 40);
      EXPECT_EQ(Write(opened.wal.get(), "refused").code(), StatusCode::kIo);
      EXPECT_EQ(Write(opened.wal.get(), "refused too").code(), StatusCode::kIo);
    }
    ASSERT_TRUE(Write(opened.wal.get(), "after").ok());
  }
  const OpenedWal again = Open(&files_, options);
  ASSERT_TRUE(again.status.ok()) << again.status.ToString();
  EXPECT_EQ(again.listener->names(), (Names{"before", "refused", "refused too", "after"}))
      << "the catalog operations of refused writes are in use already";
}

TEST_F(PosixFileSystemTest, ALogIsReplayedFromRealFiles) {
  const OpenOptions options{.segment_bytes_max = 1000, .node = Path("data/node")};
  Names expected;
  for (int round = 0; round < 3; ++round) {
    const OpenedWal opened = Open(&files_, options);
    ASSERT_TRUE(opened.status.ok()) << opened.status.ToString();
    EXPECT_EQ(opened.listener->names(), expected);
    EXPECT_EQ(Open(&files_, options).status.code(), StatusCode::kConflict);
    for (int i = 0; i < 30; ++i) {
      expected.push_back(std::to_string(round) + "-" + std::to_string(i));
      ASSERT_TRUE(Write(opened.wal.get(), expected.back()).ok());
    }
  }
  const OpenedWal strict = Open(&files_, {.fail_on_error = true, .node = options.node});
  ASSERT_TRUE(strict.status.ok()) << strict.status.ToString();
  EXPECT_EQ(strict.listener->names(), expected);
}

}  // namespace
}  // namespace influxdb3::wal::testing
