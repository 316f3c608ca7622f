/* Yardsticks: what the counting takes without Python. Compiled by yardsticks.py with gcc -O3 where there is a gcc.
 *
 * Every loop gives the same validated answer as npskit: nothing off the scale 0..10 is counted as an answer.
 * `plain` is the loop one would write, in the form gcc vectorizes best for a baseline x86-64; `avx2` is by hand.
 */
#include <stddef.h>
#include <stdint.h>

/* Detractors, passives, promoters, missing, invalid. */

void plain_int8(const int8_t *x, size_t n, int64_t *out) {
    int64_t low = 0, high = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        int8_t v = x[i];
        low += v <= 6;
        high += v >= 9;
        off += (v < 0) | (v > 10);
    }
    int64_t under = 0, over = 0;
    if (off)
        for (size_t i = 0; i < n; i++) {
            under += x[i] < 0;
            over += x[i] > 10;
        }
    out[0] = low - under, out[2] = high - over, out[1] = (int64_t)n - low - high, out[3] = 0, out[4] = off;
}

void plain_int64(const int64_t *x, size_t n, int64_t *out) {
    int64_t low = 0, high = 0, under = 0, over = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t v = x[i];
        low += v <= 6;
        high += v >= 9;
        under += v < 0;
        over += v > 10;
    }
    out[0] = low - under, out[2] = high - over, out[1] = (int64_t)n - low - high, out[3] = 0, out[4] = under + over;
}

void plain_float64(const double *x, size_t n, int64_t *out) {
    int64_t low = 0, mid = 0, high = 0, missing = 0;
    for (size_t i = 0; i < n; i++) {
        double v = x[i];
        if (v != v) {
            missing++;
            continue;
        }
        int whole = v >= 0 && v <= 10 && (double)(int)v == v;
        low += whole & (v <= 6);
        mid += whole & (v > 6) & (v < 9);
        high += whole & (v >= 9);
    }
    out[0] = low, out[1] = mid, out[2] = high, out[3] = missing, out[4] = (int64_t)n - low - mid - high - missing;
}

/* Cells of 12 per group: 0..10 and invalid. */

void plain_groups(const int8_t *x, const int32_t *group, size_t n, int64_t *cells) {
    for (size_t i = 0; i < n; i++) {
        uint8_t v = (uint8_t)x[i];
        cells[(size_t)group[i] * 12 + (v > 10 ? 11 : v)]++;
    }
}

/* Three times 12: count, sum of weights, sum of squared weights. */

int plain_weights(const int8_t *x, const double *w, size_t n, int64_t *count, double *sum, double *square) {
    for (size_t i = 0; i < n; i++) {
        uint8_t v = (uint8_t)x[i];
        size_t cell = v > 10 ? 11 : v;
        if (!(w[i] >= 0 && w[i] <= 1e140)) return 1;
        count[cell]++;
        sum[cell] += w[i];
        square[cell] += w[i] * w[i];
    }
    return 0;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

int has_avx2(void) { return __builtin_cpu_supports("avx2"); }

__attribute__((target("avx2"))) static int64_t lanes(__m256i v) {
    int64_t a[4];
    _mm256_storeu_si256((__m256i *)a, v);
    return a[0] + a[1] + a[2] + a[3];
}

__attribute__((target("avx2"))) void avx2_int8(const int8_t *x, size_t n, int64_t *out) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i six = _mm256_set1_epi8(6), eight = _mm256_set1_epi8(8), ten = _mm256_set1_epi8(10);
    __m256i low = zero, mid = zero, all = zero;
    size_t i = 0;
    while (i + 32 <= n) {
        __m256i a = zero, b = zero, c = zero;
        for (int k = 0; k < 255 && i + 32 <= n; k++, i += 32) {
            __m256i v = _mm256_loadu_si256((const __m256i *)(x + i));
            a = _mm256_sub_epi8(a, _mm256_cmpeq_epi8(_mm256_min_epu8(v, six), v));
            b = _mm256_sub_epi8(b, _mm256_cmpeq_epi8(_mm256_min_epu8(v, eight), v));
            c = _mm256_sub_epi8(c, _mm256_cmpeq_epi8(_mm256_min_epu8(v, ten), v));
        }
        low = _mm256_add_epi64(low, _mm256_sad_epu8(a, zero));
        mid = _mm256_add_epi64(mid, _mm256_sad_epu8(b, zero));
        all = _mm256_add_epi64(all, _mm256_sad_epu8(c, zero));
    }
    int64_t l = lanes(low), m = lanes(mid), t = lanes(all);
    for (; i < n; i++) {
        uint8_t v = (uint8_t)x[i];
        l += v <= 6, m += v <= 8, t += v <= 10;
    }
    out[0] = l, out[1] = m - l, out[2] = t - m, out[3] = 0, out[4] = (int64_t)n - t;
}

__attribute__((target("avx2"))) void avx2_float64(const double *x, size_t n, int64_t *out) {
    const __m256d zero = _mm256_setzero_pd(), ten = _mm256_set1_pd(10);
    const __m256d six = _mm256_set1_pd(6), eight = _mm256_set1_pd(8);
    __m256i low = _mm256_setzero_si256(), mid = low, all = low, gone = low;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256d v = _mm256_loadu_pd(x + i);
        __m256d whole = _mm256_cmp_pd(_mm256_floor_pd(v), v, _CMP_EQ_OQ);
        __m256d on = _mm256_and_pd(whole, _mm256_cmp_pd(v, zero, _CMP_GE_OQ));
        on = _mm256_and_pd(on, _mm256_cmp_pd(v, ten, _CMP_LE_OQ));
        __m256d a = _mm256_and_pd(on, _mm256_cmp_pd(v, six, _CMP_LE_OQ));
        __m256d b = _mm256_and_pd(on, _mm256_cmp_pd(v, eight, _CMP_LE_OQ));
        low = _mm256_sub_epi64(low, _mm256_castpd_si256(a));
        mid = _mm256_sub_epi64(mid, _mm256_castpd_si256(b));
        all = _mm256_sub_epi64(all, _mm256_castpd_si256(on));
        gone = _mm256_sub_epi64(gone, _mm256_castpd_si256(_mm256_cmp_pd(v, v, _CMP_UNORD_Q)));
    }
    int64_t rest[5];
    plain_float64(x + i, n - i, rest);
    int64_t l = lanes(low), m = lanes(mid), t = lanes(all), g = lanes(gone);
    out[0] = l + rest[0], out[1] = m - l + rest[1], out[2] = t - m + rest[2], out[3] = g + rest[3];
    out[4] = (int64_t)n - out[0] - out[1] - out[2] - out[3];
}
#else
int has_avx2(void) { return 0; }
void avx2_int8(const int8_t *x, size_t n, int64_t *out) { plain_int8(x, n, out); }
void avx2_float64(const double *x, size_t n, int64_t *out) { plain_float64(x, n, out); }
#endif
