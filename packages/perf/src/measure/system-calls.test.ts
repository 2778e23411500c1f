import { expect, test } from 'vitest'
import { countIn } from './system-calls.ts'

const TABLE = `strace: Process 12 attached
strace: Process 12 detached
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000600           6       100           write
 30.00    0.000300           1       200        10 read
 10.00    0.000100           1       101           epoll_wait
  0.00    0.000000           0         3           madvise
------ ----------- ----------- --------- --------- ----------------
100.00    0.001000           2       404        10 total
`

test('counts calls for input and output, with and without errors, and neither waiting nor memory', () => {
  expect(countIn(TABLE)).toBe(300)
})

test('of nothing is nothing', () => {
  expect(countIn('')).toBe(0)
})
