import { vi } from 'vitest'

/** Timers that only {@link pass} moves. Immediates stay real: code that lets the event loop read once more waits for them. */
export function ownClock(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  })
}

/** Lets the time pass, and what is due do its work. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
  await new Promise(setImmediate)
}
