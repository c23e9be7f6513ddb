#include "object_store/posix_errors.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace influxdb3::object_store {

using util::Status;
using util::StatusCode;

Status PosixError(std::string_view action, const std::string& path, int error) {
  StatusCode code = StatusCode::kIo;
  if (error == ENOENT) code = StatusCode::kNotFound;
  if (error == EACCES || error == EPERM || error == EROFS) code = StatusCode::kPermissionDenied;
  return Status(
      code, fmt::format("cannot {} '{}': {}", action, path, std::system_category().message(error)));
}

Status SyncDirectory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return PosixError("open the directory", path, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  return result == 0 ? Status::Ok() : PosixError("sync the directory", path, error);
}

}  // namespace influxdb3::object_store
