# cmake -DOUT=<file> -DFILES=<a.html;b.css> -P embed.cmake
#
# Writes a C file that holds the files as bytes, each followed by a NUL:
# struct asset asset_files[] and asset_count.
list(SORT FILES)
set(arrays "")
set(table "")
set(count 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex
    "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND arrays
    "static const unsigned char file_${count}[] = {\n${bytes}0x00\n};\n\n")
  string(APPEND table
    "\t{ \"${name}\", file_${count}, sizeof(file_${count}) - 1 },\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE "${OUT}.new"
  "/* Made from daemon/templates and daemon/static by embed.cmake. */\n"
  "#include \"daemon/template.h\"\n\n"
  "${arrays}const struct asset asset_files[] = {\n${table}};\n"
  "const size_t asset_count = ${count};\n")
file(RENAME "${OUT}.new" "${OUT}")
