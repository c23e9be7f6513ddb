#pragma once

#include <string>

namespace influxdb3::object_store {

/// How the connections to a remote store are made.
struct HttpTransport {
  std::string tls_ca_file;  ///< PEM; trusted besides the system's certificates. Empty = none
  bool tls_allow_insecure = false;  ///< whatever the server's certificate says
  /// Over http:// without asking first, over https:// where the server offers it. Else HTTP/1.1.
  bool http2_only = false;
};

}  // namespace influxdb3::object_store
