import { type Clock as FakeClock, install } from '@sinonjs/fake-timers'
import { testingError } from './errors.ts'

/** What is moved: the time of day, the monotonic clock, and timers. Not what streams and promises run on. */
const MOVED = ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

let installed: TestClock | undefined

/**
 * The time of this process in the hands of the test: sessions, limits, caches and timers of the application see it. It
 * stands still until it is moved. Opt-in, for time that stands still hides faults.
 */
export class TestClock implements Disposable {
  readonly #clock: FakeClock

  /** @param now - where the clock begins; default the present */
  constructor(now: Date | number = new Date()) {
    if (installed) throw testingError('clock_installed')
    const monotonic = performance.now()
    this.#clock = install({ now: new Date(now), toFake: [...MOVED] })
    // Goes on from where it was: what the application remembers of before must not lie in the future.
    const moved = performance.now.bind(performance)
    performance.now = () => monotonic + moved()
    installed = this
  }

  /** False once the process has its own time back. */
  get isInstalled(): boolean {
    return installed === this
  }

  /** What the application takes for the present. */
  get now(): Date {
    return new Date(this.#clock.now)
  }

  /** Moves on by so many milliseconds, and runs each timer that comes due, with what follows from it. */
  async tick(ms: number): Promise<void> {
    await this.#clock.tickAsync(ms)
  }

  /** Jumps to a time without running timers, as a clock that is set does. */
  set(now: Date | number): void {
    this.#clock.setSystemTime(now)
  }

  /** Gives the process its own time back. Called by `close()` of the application under test. */
  restore(): void {
    if (installed !== this) return
    installed = undefined
    this.#clock.uninstall()
  }

  [Symbol.dispose](): void {
    this.restore()
  }
}
