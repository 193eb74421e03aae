# What `cmake --install` and the packages hold beside the program: documents, the configuration, the service.

# gzip(1) without a time, so that the same input has the same bytes.
find_program(GZIP gzip REQUIRED)
function(wayside_compressed source name)
  set(output ${PROJECT_BINARY_DIR}/compressed/${name}.gz)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/compressed
    COMMAND ${GZIP} -9nc ${source} > ${output}
    DEPENDS ${source}
    VERBATIM)
  set_property(GLOBAL APPEND PROPERTY WAYSIDE_COMPRESSED ${output})
endfunction()

# The Debian changelog has one entry, which leads to the other.
set(WAYSIDE_MAINTAINER "The wayside authors <wayside@localhost.localdomain>" CACHE STRING "Maintainer of the packages")
wayside_date(changed_at "%a, %d %b %Y %H:%M:%S +0000")
configure_file(${CMAKE_CURRENT_LIST_DIR}/debian/changelog.in ${PROJECT_BINARY_DIR}/packaging/changelog @ONLY)
wayside_compressed(${PROJECT_BINARY_DIR}/documents/wayside.1 wayside.1)
wayside_compressed(${PROJECT_BINARY_DIR}/documents/wayside.yaml.5 wayside.yaml.5)
wayside_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog)
wayside_compressed(${PROJECT_BINARY_DIR}/packaging/changelog changelog.Debian)
get_property(compressed GLOBAL PROPERTY WAYSIDE_COMPRESSED)
add_custom_target(documents ALL DEPENDS ${documents} ${compressed})

set(compressed ${PROJECT_BINARY_DIR}/compressed)
install(FILES ${compressed}/wayside.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${compressed}/wayside.yaml.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${compressed}/changelog.gz ${compressed}/changelog.Debian.gz ${CMAKE_CURRENT_LIST_DIR}/debian/copyright
              README.md SECURITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY config/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${PROJECT_BINARY_DIR}/documents/wayside.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME wayside)

# The places of these depend on the prefix, which is known when it is installed.
install(CODE "set(config \"${PROJECT_SOURCE_DIR}/config\")\nset(documents \"${PROJECT_BINARY_DIR}/documents\")")
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/install_by_prefix.cmake)
