# parvis_layer(store config): the library parvis_store, which sees the headers
# of config/ and its own and of nothing else.  Includes are written from the
# root ("config/base/buf.h"); each layer gets an include folder that holds
# links to just the folders it may use, so an upward include does not compile.
function(parvis_layer name)
  set(view "${CMAKE_BINARY_DIR}/layers/${name}")
  file(MAKE_DIRECTORY "${view}")
  foreach(folder IN LISTS ARGN ITEMS ${name})
    file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${folder}" "${view}/${folder}"
      SYMBOLIC)
  endforeach()
  add_library(parvis_${name} STATIC)
  target_include_directories(parvis_${name} PRIVATE "${view}"
    "${CMAKE_BINARY_DIR}/generated")
  target_link_libraries(parvis_${name} PUBLIC parvis_flags)
  foreach(below IN LISTS ARGN)
    target_link_libraries(parvis_${name} PUBLIC parvis_${below})
  endforeach()
endfunction()
