# SPDX-License-Identifier: MIT
qom-srcs += qom/object.c qom/property.c qom/qmp-qom.c qom/type.c qom/user-creatable.c

unit-tests += object
unit-libs-object := util qapi qom
