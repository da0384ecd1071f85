include_HEADERS +=
