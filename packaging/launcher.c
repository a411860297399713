/* The executable of the archive. It starts CPython from the folder beside it, with the least that our
 * program needs: no site, no environment, no search for a prefix. Those take most of the time of an
 * empty program, and a user's PYTHONPATH or PYTHONHOME must not reach us.
 *
 * On every platform we open the Python library at run time, by its full path. We find the folder
 * through links, because krew's link to us stays when a new version replaces the old one. No loader's
 * search path has an effect.
 *
 * packaging/build.py compiles this, and writes library.h.
 */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include <Python.h>
#include <stdio.h>
#include <string.h>

#include "library.h" /* LIBRARY: the file name of the Python library; written by build.py */

#define PROGRAM L"from kubectl_connector.__main__ import main\nmain()\n"

#ifdef _WIN32
#include <windows.h>
#define MAIN wmain
typedef wchar_t Char;
#define WIDE(text) L##text
#define T(text) WIDE(text) /* expands an argument that is a macro first */
#define append wcscat
#define last_separator(path) wcsrchr(path, L'\\')
#define LONGEST 32768
#else
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif
#define MAIN main
typedef char Char;
#define T(text) text
#define append strcat
#define last_separator(path) strrchr(path, '/')
#define LONGEST PATH_MAX
#endif

#define LONGEST_BELOW 128 /* the length of what we append to the folder */

static int fail(const char *what) {
    fprintf(stderr, "error: kubectl-connector can't start: %s\n", what);
    fprintf(stderr, "hint:  install it again; all of its folder is needed, and nothing else\n");
    return 1;
}

/* Write the real path of this executable, with links followed; return 0 where it can't be found. */
static int own_path(Char *path) {
#ifdef _WIN32
    HANDLE file;
    DWORD length;
    if (!GetModuleFileNameW(NULL, path, LONGEST)) return 0;
    file = CreateFileW(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE) return 0;
    length = GetFinalPathNameByHandleW(file, path, LONGEST, FILE_NAME_NORMALIZED);
    CloseHandle(file);
    if (!length || length >= LONGEST) return 0;
    /* \\?\C:\… is right, but Python's importer and people expect C:\… */
    if (!wcsncmp(path, L"\\\\?\\", 4) && wcsncmp(path, L"\\\\?\\UNC\\", 8))
        wmemmove(path, path + 4, wcslen(path + 4) + 1);
    return 1;
#elif defined(__APPLE__)
    char named[PATH_MAX];
    uint32_t size = sizeof named;
    return !_NSGetExecutablePath(named, &size) && realpath(named, path) != NULL;
#else
    ssize_t length = readlink("/proc/self/exe", path, LONGEST - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
#endif
}

#ifdef _WIN32
static HMODULE library;
#define find(name) ((void *)GetProcAddress(library, name))
#else
static void *library;
#define find(name) dlsym(library, name)
#endif

/* A function of the library, with the type that Python.h gives it. */
#define TAKE(function)                                           \
    __typeof__(&function) p##function = (__typeof__(&function))find(#function); \
    if (!p##function) return fail("its Python is another one")

#define CHECK(call)                                                               \
    do {                                                                          \
        PyStatus status = call;                                                   \
        if (pPyStatus_Exception(status))                                          \
            return fail(status.err_msg ? status.err_msg : "Python did not start"); \
    } while (0)

static Char executable[LONGEST], folder[LONGEST + LONGEST_BELOW], file[LONGEST + LONGEST_BELOW];

int MAIN(int argc, Char **argv) {
    if (!own_path(executable)) return fail("where it lies can't be told");
    append(folder, executable);
    *last_separator(folder) = 0;
    append(folder, T("/lib/"));
    append(file, folder);
    append(file, T(LIBRARY));
    append(folder, T("python"));
#ifdef _WIN32
    for (wchar_t *at = file; *at; at++)
        if (*at == L'/') *at = L'\\'; /* LOAD_WITH_ALTERED_SEARCH_PATH needs backslashes */
    library = LoadLibraryExW(file, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (!library) return fail("its Python library can't be loaded");
#else
    library = dlopen(file, RTLD_NOW | RTLD_GLOBAL); /* extension modules look up symbols in it */
    if (!library) return fail(dlerror());
#endif
    TAKE(PyStatus_Exception);
    TAKE(PyPreConfig_InitPythonConfig);
    TAKE(Py_PreInitialize);
    TAKE(Py_DecodeLocale);
    TAKE(PyConfig_InitIsolatedConfig);
    TAKE(PyConfig_SetString);
    TAKE(PyWideStringList_Append);
    TAKE(Py_InitializeFromConfig);
    TAKE(Py_RunMain);

    /* Choose the encodings as python does, from the locale alone. */
    PyPreConfig before;
    pPyPreConfig_InitPythonConfig(&before);
    before.parse_argv = 0;
    before.isolated = 1;
    before.use_environment = 0;
    CHECK(pPy_PreInitialize(&before));

    PyConfig config;
    pPyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.write_bytecode = 0;
    config.parse_argv = 0;
    config.pathconfig_warnings = 0;
    config.configure_c_stdio = 1;        /* as python does: binary on Windows */
    config.install_signal_handlers = 1; /* as python does: KeyboardInterrupt, no SIGPIPE */
#ifdef _WIN32
    TAKE(PyConfig_SetArgv);
    const wchar_t *home = folder, *self = executable;
    CHECK(pPyConfig_SetArgv(&config, argc, argv));
#else
    TAKE(PyConfig_SetBytesArgv);
    const wchar_t *home = pPy_DecodeLocale(folder, NULL);
    const wchar_t *self = pPy_DecodeLocale(executable, NULL);
    if (!home || !self) return fail("its folder's name can't be decoded");
    CHECK(pPyConfig_SetBytesArgv(&config, argc, argv));
#endif
    /* Set all paths that Python would otherwise search for. */
    wchar_t **paths[] = {&config.home,          &config.prefix,           &config.base_prefix,
                         &config.exec_prefix,   &config.base_exec_prefix, &config.stdlib_dir};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        CHECK(pPyConfig_SetString(&config, paths[i], home));
    CHECK(pPyConfig_SetString(&config, &config.executable, self));
    CHECK(pPyConfig_SetString(&config, &config.base_executable, self));
    CHECK(pPyWideStringList_Append(&config.module_search_paths, home));
    config.module_search_paths_set = 1;
    CHECK(pPyConfig_SetString(&config, &config.run_command, PROGRAM));
    CHECK(pPy_InitializeFromConfig(&config));
    return pPy_RunMain();
}
