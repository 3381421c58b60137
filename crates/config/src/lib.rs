//! Directives, configuration files, and typed settings.
