# One set of warnings, hardening and sanitizers for every target.
include(CheckCCompilerFlag)

add_library(parvis_flags INTERFACE)

set(PARVIS_WARNINGS
  -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual
  -Wwrite-strings -Wundef -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough
  -Wnull-dereference -Wdouble-promotion -Wconversion
  -Wduplicated-cond -Wlogical-op)
foreach(flag IN LISTS PARVIS_WARNINGS)
  string(MAKE_C_IDENTIFIER "have${flag}" have)
  check_c_compiler_flag("${flag}" ${have})
  if(${have})
    target_compile_options(parvis_flags INTERFACE "${flag}")
  endif()
endforeach()
if(PARVIS_WERROR)
  target_compile_options(parvis_flags INTERFACE -Werror)
endif()

target_compile_definitions(parvis_flags INTERFACE _GNU_SOURCE)
target_compile_options(parvis_flags INTERFACE -fstack-protector-strong)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(parvis_flags INTERFACE -fstack-clash-protection)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR
   CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(parvis_flags INTERFACE -U_FORTIFY_SOURCE
    -D_FORTIFY_SOURCE=2)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_link_options(parvis_flags INTERFACE -Wl,-z,relro,-z,now)

if(PARVIS_SANITIZE)
  target_compile_options(parvis_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(parvis_flags INTERFACE -fsanitize=address,undefined)
endif()
if(PARVIS_TSAN)
  target_compile_options(parvis_flags INTERFACE -fsanitize=thread)
  target_link_options(parvis_flags INTERFACE -fsanitize=thread)
endif()
if(PARVIS_FUZZ)
  target_compile_options(parvis_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(parvis_flags INTERFACE -fsanitize=address,undefined)
endif()
