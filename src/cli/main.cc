#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/serve_options.h"
#include "app/version.h"
#include "cli/command_line.h"
#include "cli/dotenv.h"

namespace {

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

int Run(int argc, char** argv) {
  using namespace influxdb3;
  std::error_code error;
  std::string directory = std::filesystem::current_path(error).string();
  if (util::Status status = cli::LoadDotenv(directory); !status.ok()) {
    std::cerr << "FATAL Error loading config from: " << status.message() << "\nAborting\n";
    return cli::kExitFailure;
  }
  cli::CommandContext context{std::cin, std::cout, std::cerr};
  context.in_is_terminal = isatty(STDIN_FILENO) != 0;
  context.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  context.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  context.host_name = HostName();
  context.run_server = app::RunServer;
  std::string version = fmt::format("influxdb3 {}, {}, revision {}", app::kProductName,
                                    app::kVersion, app::Revision());
  return cli::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc), version, context);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  // A reader that goes away is an output error, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "influxdb3: " << error.what() << '\n';
    return influxdb3::cli::kExitFailure;
  }
}
