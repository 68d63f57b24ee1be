// Which instructions this machine has. A kernel is written once, as an always-inlined template, and compiled twice:
// plainly, and for AVX2 where the compiler and the processor have it. Which one runs is decided at run time.
#pragma once

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define HOEDE_AVX2 1
#define HOEDE_TARGET_AVX2 __attribute__((target("avx2,popcnt,bmi,bmi2")))
#else
#define HOEDE_AVX2 0
#endif

#if defined(__GNUC__)
#define HOEDE_INLINE inline __attribute__((always_inline))
#else
#define HOEDE_INLINE inline
#endif

namespace hoede {

#if HOEDE_AVX2
inline const bool machine_has_avx2 =
    __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi") &&
    __builtin_cpu_supports("bmi2");
#else
constexpr bool machine_has_avx2 = false;
#endif
inline bool avx2_allowed = true;  // tests switch it off to run the portable path

inline bool has_avx2() { return machine_has_avx2 && avx2_allowed; }

}  // namespace hoede
