import { type Clock as FakeClock, install } from '@sinonjs/fake-timers'
import { testingError } from './errors.ts'

/** What is controlled: the time of day, the monotonic clock, and timers. Not what streams and promises run on. */
const MOVED = ['Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

let installed: TestClock | undefined

/**
 * Puts the time of this process under the control of the test: sessions, limits, caches and timers of the application see
 * it. Time stands still until the test moves it. Opt-in, because time that stands still hides faults.
 */
export class TestClock implements Disposable {
  readonly #clock: FakeClock

  /** @param now - the initial time; default: the present */
  constructor(now: Date | number = new Date()) {
    if (installed) throw testingError('clock_installed')
    const monotonic = performance.now()
    this.#clock = install({ now: new Date(now), toFake: [...MOVED] })
    // Continues from the previous time: nothing that the application remembers may lie in the future.
    const moved = performance.now.bind(performance)
    performance.now = () => monotonic + moved()
    installed = this
  }

  /** False once the process has its real time back. */
  get isInstalled(): boolean {
    return installed === this
  }

  /** The present, as the application sees it. */
  get now(): Date {
    return new Date(this.#clock.now)
  }

  /** Moves the time forward by this many milliseconds, and runs each timer that comes due, with its consequences. */
  async tick(ms: number): Promise<void> {
    await this.#clock.tickAsync(ms)
  }

  /** Jumps to a time without running timers, as setting a clock does. */
  set(now: Date | number): void {
    this.#clock.setSystemTime(now)
  }

  /** Restores the real time. Called by `close()` of the application under test. */
  restore(): void {
    if (installed !== this) return
    installed = undefined
    this.#clock.uninstall()
  }

  [Symbol.dispose](): void {
    this.restore()
  }
}
