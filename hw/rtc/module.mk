hw-srcs += hw/rtc/pl031.c
