#include "server/http/reply_head.h"

#include <ctime>

#include <fmt/format.h>

#include "util/clock.h"

namespace influxdb3::server::http {
namespace {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Unknown";
  }
}

const std::string& DateNow() {
  thread_local int64_t formatted_second = -1;
  thread_local std::string formatted;
  const int64_t second = util::Clock::System().NowNs() / 1'000'000'000;
  if (second != formatted_second) {
    formatted = FormatHttpDate(second);
    formatted_second = second;
  }
  return formatted;
}

}  // namespace

std::string FormatHttpDate(int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[64];
  const size_t size = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return std::string(text, size);
}

void ForEachReplyHeader(const Response& response, const std::string& cluster_uuid,
                        const std::function<void(std::string_view, std::string_view)>& take) {
  for (const auto& [name, value] : response.headers) take(name, value);
  take("cluster-uuid", cluster_uuid);
  take("access-control-allow-origin", "*");
  if (response.status == 429 || response.status == 503) take("retry-after", "1");
  take("date", DateNow());
}

std::string FormatReplyHead(const Response& response, const Framing& framing,
                            const std::string& cluster_uuid) {
  std::string head;
  head.reserve(384);
  auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.{} {} {}\r\n", framing.http_1_0 ? 0 : 1, response.status,
                 ReasonPhrase(response.status));
  ForEachReplyHeader(response, cluster_uuid, [&](std::string_view name, std::string_view value) {
    fmt::format_to(out, "{}: {}\r\n", name, value);
  });
  if (framing.chunked) head += "transfer-encoding: chunked\r\n";
  if (framing.content_length) {
    fmt::format_to(out, "content-length: {}\r\n", *framing.content_length);
  }
  if (framing.close) {
    head += "connection: close\r\n";
  } else if (framing.http_1_0) {
    head += "connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

}  // namespace influxdb3::server::http
