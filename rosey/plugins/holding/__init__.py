"""Plugins that somebody holds, to let what is meant for them through one by one."""
