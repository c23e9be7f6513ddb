#include "app/node_directory.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "server/uuid.h"

namespace influxdb3::app {

using util::Status;

util::Result<std::string> PrepareNodeDirectory(const std::string& data_dir,
                                               const std::string& node_id) {
  const std::filesystem::path directory = std::filesystem::path(data_dir) / node_id;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return Status::Io("cannot create data directory " + directory.string() + ": " +
                      error.message());
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return Status::Io("data directory " + directory.string() +
                      " is not writable: " + std::strerror(errno));
  }
  return directory.string();
}

Status WriteFileAtomically(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".tmp";
  {
    std::ofstream file(temporary, std::ios::trunc | std::ios::binary);
    file << content;
    file.flush();
    if (!file) return Status::Io("cannot write " + temporary + ": " + std::strerror(errno));
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) return Status::Io("cannot write " + path + ": " + error.message());
  return Status::Ok();
}

util::Result<std::string> LoadOrCreateClusterUuid(const std::string& node_directory) {
  const std::string path = node_directory + "/cluster_uuid";
  std::ifstream file(path);
  std::string uuid;
  if (file >> uuid && uuid.size() == 36) return uuid;
  uuid = server::RandomUuid();
  RETURN_IF_ERROR(WriteFileAtomically(path, uuid + "\n"));
  return uuid;
}

}  // namespace influxdb3::app
