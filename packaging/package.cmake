# The Debian package, by CPack: `cpack` in the build folder, or `./dev package`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wayside)
set(CPACK_PACKAGE_CONTACT "${WAYSIDE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "reverse proxy with Prometheus metrics for each route")
set(CPACK_PACKAGE_DESCRIPTION
  "wayside runs beside a web application, forwards each HTTP request as it came,
and serves counters and latency histograms by route template to Prometheus.
The application needs no change, whatever it is written in.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF)  # the build has done it
set(CPACK_THREADS 0)

# One package of one component; the symbols of the component "debug" stay out.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL wayside)
set(CPACK_DEBIAN_WAYSIDE_PACKAGE_NAME wayside)
set(CPACK_COMPONENT_WAYSIDE_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS passwd)  # useradd
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(scripts ${CMAKE_CURRENT_LIST_DIR}/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
