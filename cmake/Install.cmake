# A relocatable tree: bin/influxdb3 finds its libraries in ../lib wherever it is unpacked.
include(GNUInstallDirs)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")
