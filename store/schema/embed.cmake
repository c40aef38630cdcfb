# cmake -DOUT=<file> -DFILES=<a.sql;b.sql> -P embed.cmake
#
# Writes a C file that holds the migrations as bytes: struct migration
# migrate_files[] and migrate_file_count, in the order of their numbers.
list(SORT FILES)
set(arrays "")
set(table "")
set(expected 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+\\.sql$")
    message(FATAL_ERROR "${name}: a migration is named 0001_what.sql")
  endif()
  math(EXPR expected "${expected} + 1")
  string(REGEX REPLACE "^0+" "" number "${CMAKE_MATCH_1}")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${name}: number ${expected} is missing or doubled")
  endif()
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex
    "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays
    "static const unsigned char file_${number}[] = {\n${bytes}0x00\n};\n\n")
  string(APPEND table "\t{ ${number}, \"${name}\", file_${number} },\n")
endforeach()
file(WRITE "${OUT}.new"
  "/* Made from store/schema by embed.cmake. */\n"
  "#include \"store/migrate.h\"\n\n"
  "${arrays}const struct migration migrate_files[] = {\n${table}};\n"
  "const int migrate_file_count = ${expected};\n")
file(RENAME "${OUT}.new" "${OUT}")
