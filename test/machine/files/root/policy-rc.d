#!/bin/sh
# An administrator who restarts these two by hand.
case $1 in fail2ban* | spamd*) exit 101 ;; esac
