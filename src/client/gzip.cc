#include <limits>
#include <string>

#include <zlib.h>

#include "client/http_client.h"

namespace influxdb3::client {

util::Result<std::string> GzipCompress(std::string_view data) {
  constexpr int kGzipWindowBits = 15 + 16;
  constexpr int kMemoryLevel = 8;
  if (data.size() > std::numeric_limits<uInt>::max() / 2) {
    return util::Status::TooLarge("the request is too large to be compressed");
  }
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return util::Status::Internal("cannot set up compression");
  }
  std::string compressed(deflateBound(&stream, static_cast<uLong>(data.size())), '\0');
  // zlib's interface is not const-correct; it only reads the input.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  int code = deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return util::Status::Internal("compression failed");
  return compressed;
}

}  // namespace influxdb3::client
