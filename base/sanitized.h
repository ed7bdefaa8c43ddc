/*
 * SANITIZED: 1 under AddressSanitizer, else 0.  For what cannot go together
 * with its terabytes of reserved addresses, and nothing else: a build under it
 * should be the program that is shipped.
 */
#ifndef BASE_SANITIZED_H
#define BASE_SANITIZED_H

/* gcc has the macro, clang the feature. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
