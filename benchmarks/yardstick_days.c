/* Yardstick: what a table of answers by day takes without Python. Compiled by bench_tracking_timeline.py. */
#include <stddef.h>
#include <stdint.h>

/* Cells of 12 per day: 0..10 and invalid; `most` days at most, in microseconds. Returns the number of days, 0 if there
 * are more. Like everybody else it is not told where the times begin and end. */
size_t plain_days(const int8_t *x, const int64_t *time, size_t n, size_t most, int64_t *cells) {
    const int64_t per_day = 86400000000LL;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        low = time[i] < low ? time[i] : low;
        high = time[i] > high ? time[i] : high;
    }
    int64_t first = low - (low % per_day + per_day) % per_day;
    size_t days = (size_t)((high - first) / per_day) + 1;
    if (days > most) return 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t day = (uint64_t)(time[i] - first) / (uint64_t)per_day;
        uint8_t v = (uint8_t)x[i];
        cells[day * 12 + (v > 10 ? 11 : v)]++;
    }
    return days;
}

/* The same where it is known when the first day begins, in microseconds, and that there are enough cells. */
void told_days(const int8_t *x, const int64_t *time, size_t n, int64_t first, int64_t *cells) {
    for (size_t i = 0; i < n; i++) {
        uint64_t day = (uint64_t)(time[i] - first) / 86400000000ULL;
        uint8_t v = (uint8_t)x[i];
        cells[day * 12 + (v > 10 ? 11 : v)]++;
    }
}
