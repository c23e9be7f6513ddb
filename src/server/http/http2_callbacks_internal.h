#pragma once

struct nghttp2_session;

namespace influxdb3::server::http {

class Http2Connection;

/// A server's session that tells `connection` what the client sends; null when out of memory.
nghttp2_session* NewHttp2Session(Http2Connection* connection);

}  // namespace influxdb3::server::http
