# A relocatable tree: bin/influxdb3 finds its libraries beside it wherever the tree is unpacked. All
# libraries but those of the C and C++ run time are taken along, in a folder of their own so that the
# package never collides with the system's.
include(GNUInstallDirs)
set(INFLUXDB3_LIBRARY_DIR "lib/influxdb3")
# Packing needs the program, not every test.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${INFLUXDB3_LIBRARY_DIR}")

set(CPACK_GENERATOR "TGZ;DEB")
set(CPACK_PACKAGE_NAME influxdb3-core)
set(CPACK_PACKAGE_VENDOR "influxdb3")
set(CPACK_PACKAGE_CONTACT "influxdb3 maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "InfluxDB 3 Core in C++: time series database")
set(CPACK_PACKAGE_FILE_NAME
    "influxdb3-core-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.36), libgcc-s1, libstdc++6 (>= 12), ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGING_INSTALL_PREFIX "/usr")
include(CPack)

# influxdb3_install_program(TARGET): installs the binary with the shared libraries it needs.
function(influxdb3_install_program target)
  # The older tag is searched for the libraries of libraries as well.
  target_link_options(${target} PRIVATE "-Wl,--disable-new-dtags")
  install(TARGETS ${target} RUNTIME_DEPENDENCY_SET ${target}_libraries
          RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(RUNTIME_DEPENDENCY_SET ${target}_libraries
          PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\\+\\+)\\.so"
          LIBRARY DESTINATION "${INFLUXDB3_LIBRARY_DIR}")
endfunction()
