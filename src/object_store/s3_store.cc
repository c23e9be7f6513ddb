#include "object_store/s3_store.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <limits>

#include <fmt/format.h>

#include "object_store/object_path.h"
#include "object_store/s3_bucket.h"
#include "object_store/s3_upload.h"
#include "object_store/xml_document.h"

namespace influxdb3::object_store {
namespace {

using util::Result;
using util::Status;
using util::StatusCode;

constexpr size_t kObjectBytesMax = size_t{5} << 30;
constexpr size_t kListPagesMax = 100'000;

bool ParseSize(const std::string& text, uint64_t* size) {
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, *size);
  return fault == std::errc() && stop == end && !text.empty();
}

/// Of `2009-10-12T17:50:30.000Z` or `Mon, 12 Oct 2009 17:50:30 GMT`; 0 when it is neither.
int64_t TimeNs(const std::string& text) {
  std::tm utc{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (end == nullptr) end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return end == nullptr ? 0 : int64_t{timegm(&utc)} * 1'000'000'000;
}

class S3Store : public ObjectStore {
 public:
  explicit S3Store(std::shared_ptr<S3Bucket> bucket) : bucket_(std::move(bucket)) {}

  Status Put(const std::string& path, std::string_view bytes, PutMode mode) override {
    RETURN_IF_ERROR(CheckPath(path));
    S3Bucket::Call call{.method = "PUT", .key = path, .body = bytes};
    if (mode == PutMode::kCreate) call.headers.emplace_back("if-none-match", "*");
    return bucket_->Do(call).status();
  }

  Result<std::string> Get(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(
        HttpAnswer answer,
        bucket_->Do({.method = "GET", .key = path, .answer_bytes_max = kObjectBytesMax}));
    return std::move(answer.body);
  }

  Result<std::string> GetRange(const std::string& path, uint64_t offset, uint64_t length) override {
    RETURN_IF_ERROR(CheckPath(path));
    length = std::min<uint64_t>(length, kObjectBytesMax);
    if (length == 0 || offset > std::numeric_limits<int64_t>::max()) {
      return EmptyRange(path, offset);
    }
    S3Bucket::Call call{.method = "GET", .key = path, .answer_bytes_max = length};
    call.headers.emplace_back("range", fmt::format("bytes={}-{}", offset, offset + length - 1));
    // The text of a refusal needs room too.
    call.answer_bytes_max = std::max(call.answer_bytes_max, size_t{64} << 10);
    Result<HttpAnswer> answer = bucket_->Do(call);
    if (!answer.ok()) {
      const bool maybe_behind = answer.status().code() == StatusCode::kInvalidArgument;
      return maybe_behind ? EmptyRange(path, offset) : Result<std::string>(answer.status());
    }
    const std::string starts = fmt::format("bytes {}-", offset);
    if (answer->status != 206 || !answer->Header("content-range").starts_with(starts) ||
        answer->body.size() > length) {
      return Status::Corruption(fmt::format(
          "{}: the store answered with other bytes than asked for", bucket_->Name(path)));
    }
    return std::move(answer->body);
  }

  Result<ObjectMeta> Head(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do({.method = "HEAD", .key = path}));
    ObjectMeta meta{.path = path, .modified_ns = TimeNs(answer.Header("last-modified"))};
    if (ParseSize(answer.Header("content-length"), &meta.size_bytes)) return meta;
    return Status::Corruption(fmt::format("{}: the store tells no size", bucket_->Name(path)));
  }

  Result<std::vector<ObjectMeta>> List(const std::string& prefix) override {
    RETURN_IF_ERROR(CheckPrefix(prefix));
    std::vector<ObjectMeta> listed;
    std::string token;
    for (size_t page = 0; page < kListPagesMax; ++page) {
      const std::string last_token = token;
      RETURN_IF_ERROR(ListPage(prefix, &token, &listed));
      if (token.empty()) {
        std::sort(listed.begin(), listed.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        return listed;
      }
      if (token == last_token) break;
    }
    return Status::Corruption(fmt::format("{}: the listing does not end", bucket_->Describe()));
  }

  Status Delete(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    return bucket_->Do({.method = "DELETE", .key = path}).status();
  }

  Result<std::unique_ptr<Upload>> StartUpload(const std::string& path) override {
    RETURN_IF_ERROR(CheckPath(path));
    return MakeS3Upload(bucket_, path);
  }

  std::string Describe() const override { return bucket_->Describe(); }

 private:
  Result<std::string> EmptyRange(const std::string& path, uint64_t offset) {
    ASSIGN_OR_RETURN(const ObjectMeta meta, Head(path));
    if (offset <= meta.size_bytes) return std::string();
    return Status::InvalidArgument(fmt::format("{}: offset {} lies behind the end at {}",
                                               bucket_->Name(path), offset, meta.size_bytes));
  }

  Status ListPage(const std::string& prefix, std::string* token, std::vector<ObjectMeta>* listed) {
    S3Bucket::Call call{.method = "GET", .query = {{"list-type", "2"}, {"prefix", prefix}}};
    if (!token->empty()) call.query.emplace_back("continuation-token", *token);
    ASSIGN_OR_RETURN(const HttpAnswer answer, bucket_->Do(call));
    const Result<XmlElement> page = ParseXml(answer.body);
    const Status senseless =
        Status::Corruption(fmt::format("{}: the listing cannot be read", bucket_->Describe()));
    if (!page.ok() || page->name != "ListBucketResult") return senseless;
    for (const XmlElement& entry : page->children) {
      if (entry.name != "Contents") continue;
      ObjectMeta meta{.path = entry.ChildText("Key"),
                      .modified_ns = TimeNs(entry.ChildText("LastModified"))};
      if (!meta.path.starts_with(prefix) || !ParseSize(entry.ChildText("Size"), &meta.size_bytes)) {
        return senseless;
      }
      // Others may keep names in the bucket that are no paths, such as `folder/`.
      if (CheckPath(meta.path).ok()) listed->push_back(std::move(meta));
    }
    const bool is_truncated = page->ChildText("IsTruncated") == "true";
    *token = is_truncated ? page->ChildText("NextContinuationToken") : "";
    return is_truncated && token->empty() ? senseless : Status::Ok();
  }

  const std::shared_ptr<S3Bucket> bucket_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenS3Store(const S3Config& config) {
  ASSIGN_OR_RETURN(std::shared_ptr<S3Bucket> bucket, S3Bucket::Make(config));
  return std::unique_ptr<ObjectStore>(std::make_unique<S3Store>(std::move(bucket)));
}

}  // namespace influxdb3::object_store
