# Compiler and linker options of every target of ours. Third-party headers come in as SYSTEM, so the
# warnings concern our code only.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers need these sloppiness settings to be cacheable.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

# Any x86-64-v2 processor runs the binary; wider instructions only behind run-time dispatch.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v2)
endif()
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                    -Woverloaded-virtual)
if(INFLUXDB3_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside inlined standard-library code where there is no fault.
  add_compile_options(-Wno-restrict -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow
                      -Wno-error=array-bounds -Wno-error=dangling-pointer)
  # A precompiled header needs this to be found again through ccache.
  add_compile_options(-fpch-preprocess)
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
if(INFLUXDB3_SANITIZE)
  add_compile_options(-fsanitize=${INFLUXDB3_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${INFLUXDB3_SANITIZE})
  add_compile_definitions(INFLUXDB3_SANITIZED=1)
  if(INFLUXDB3_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences that TSan does not model; g++ says so at every use.
    add_compile_options(-Wno-tsan)
  endif()
endif()
if(INFLUXDB3_LIBFUZZER)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
