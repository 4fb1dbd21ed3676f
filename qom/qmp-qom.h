/* SPDX-License-Identifier: MIT */
/* Descriptions of properties for QMP, shared by the modules qom and qdev. */
#ifndef QOM_QMP_QOM_H
#define QOM_QMP_QOM_H

#include "qom/object.h"

/* Appends the property's ObjectPropertyInfo to the ObjectPropertyInfoList at opaque. */
void object_property_info_append(const Property *prop, void *opaque);

#endif
