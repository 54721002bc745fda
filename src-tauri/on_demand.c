/*
 * Finds functions of libraries that are loaded when they are first called, and not when the program starts.
 * The stubs that come here are written by on_demand.rs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What on_demand.rs knows of a library: what its functions' names begin with, and what the loader calls it. */
struct library {
    const char *prefix;
    const char *soname;
};

extern const struct library on_demand_libraries[];

static void fail(const char *what, const char *name)
{
    const char *reason = dlerror();
    fprintf(stderr, "ambient-insights: %s %s can not be loaded (%s); install what windows need (Debian: libgtk-3-0, libwebkit2gtk-4.1-0)\n",
            what, name, reason ? reason : "no reason given");
    abort();
}

/* The address of a function. Called once for each, by its stub, on any thread: the loader has its own lock. */
void *on_demand_find(const char *name)
{
    const struct library *library = on_demand_libraries;
    while (library->prefix && strncmp(name, library->prefix, strlen(library->prefix)) != 0)
        library++;
    if (!library->prefix)
        fail("the function", name);
    /* As the loader itself would have done at the start. Never closed: the web engine does not end before the program. */
    void *handle = dlopen(library->soname, RTLD_LAZY | RTLD_GLOBAL);
    if (!handle)
        fail("the library", library->soname);
    void *function = dlsym(handle, name);
    if (!function)
        fail("the function", name);
    return function;
}

/*
 * The toolkit asks for these at the start, only to know that there is a web engine. To find out would load it; what the
 * program was built with is answer enough.
 */
unsigned webkit_get_major_version(void)
{
    return WEBKIT_MAJOR;
}

unsigned webkit_get_minor_version(void)
{
    return WEBKIT_MINOR;
}

unsigned webkit_get_micro_version(void)
{
    return WEBKIT_MICRO;
}
