import { tmpdir } from 'node:os'
import { expect, test, vi } from 'vitest'
import { watchFreeSpace } from './free-space.ts'

test('tells the free space at the start and the lowest, of each folder, and when a disk was full', () => {
  vi.useFakeTimers()
  try {
    const free: Record<string, number> = { '/repository': 9e9, '/tmp': 6e9 }
    const space = watchFreeSpace(['/repository', '/tmp'], folder => free[folder]!)
    free['/tmp'] = 0.1e9
    vi.advanceTimersByTime(1_000)
    free['/tmp'] = 5e9
    free['/repository'] = 8.5e9
    expect(space.stop()).toEqual([
      'free in /repository: 9.0 GB at the start, 8.5 GB at the lowest',
      'free in /tmp: 6.0 GB at the start, 0.1 GB at the lowest: the disk was full, free 4.0 GB',
    ])
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('asks the file system', () => {
  expect(watchFreeSpace([tmpdir()]).stop()).toEqual([
    expect.stringMatching(/^free in \S+: \d+\.\d GB at the start, \d+\.\d GB/),
  ])
})
