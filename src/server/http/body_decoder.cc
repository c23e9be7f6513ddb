#include "server/http/body_decoder.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "server/http/utf8_check.h"

namespace influxdb3::server::http {
namespace {

util::Status BodyTooLarge(size_t bytes_max) {
  return util::Status::TooLarge("max request size (" + std::to_string(bytes_max) +
                                " bytes) exceeded");
}

util::Status BadGzip(std::string_view reason) {
  return util::Status::InvalidArgument("error decoding gzip stream: " + std::string(reason));
}

/// Owns zlib's state; inflateEnd must run on every way out.
struct Inflater {
  Inflater() { ready = inflateInit2(&stream, 15 + 16) == Z_OK; }
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  bool ready = false;
};

}  // namespace

util::Result<std::string> Gunzip(const std::string& compressed, size_t bytes_max) {
  Inflater inflater;
  if (!inflater.ready) return util::Status::Internal("out of memory for decompression");
  z_stream& stream = inflater.stream;
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in =
      static_cast<uInt>(std::min<size_t>(compressed.size(), std::numeric_limits<uInt>::max()));
  std::string out;
  size_t filled = 0;
  int state = Z_OK;
  while (true) {
    // One byte past the limit tells a body of exactly the limit from a longer one.
    if (out.size() == filled) {
      const size_t grown = std::max({out.size() * 2, compressed.size() * 4, size_t{4096}});
      out.resize(std::min(grown, bytes_max + 1));
    }
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream.avail_out = static_cast<uInt>(out.size() - filled);
    state = inflate(&stream, Z_NO_FLUSH);
    filled = out.size() - stream.avail_out;
    if (filled > bytes_max) return BodyTooLarge(bytes_max);
    if (state == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      inflateReset(&stream);
    } else if (state == Z_BUF_ERROR ||
               (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      return BadGzip("unexpected end of file");
    } else if (state != Z_OK) {
      return BadGzip(stream.msg != nullptr ? stream.msg : "corrupt deflate stream");
    }
  }
  out.resize(filled);
  return out;
}

util::Result<std::string> TakeBody(Request* request, size_t bytes_max) {
  const std::string_view encoding = request->Header("content-encoding");
  const bool gzip = encoding == "gzip";
  if (!gzip && !encoding.empty() && encoding != "identity") {
    return util::Status::InvalidArgument("unacceptable content-encoding: " + std::string(encoding));
  }
  if (request->body_too_large) return BodyTooLarge(bytes_max);
  std::string body = std::move(request->body);
  if (body.size() > bytes_max) return BodyTooLarge(bytes_max);
  if (!gzip) return body;
  return Gunzip(body, bytes_max);
}

util::Result<std::string> TakeTextBody(Request* request, size_t bytes_max) {
  ASSIGN_OR_RETURN(std::string body, TakeBody(request, bytes_max));
  RETURN_IF_ERROR(CheckUtf8(body));
  return body;
}

}  // namespace influxdb3::server::http
