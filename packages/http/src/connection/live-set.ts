import type { Clock } from '../clock.ts'

/** Something that a server keeps alive: a connection, or a request that came without one. */
export interface Live {
  /** Whether ending it now would lose something for the peer. */
  readonly busy: boolean
  /** Checks the deadlines; called once a tick. */
  tick(now: number): void
  closeIfIdle(): void
  /** Ends it immediately. */
  drop(): void
}

/** Everything a server keeps alive, with one timer that checks all their deadlines. */
export class LiveSet {
  private readonly all: Set<Live> = new Set()
  private readonly clock: Clock
  private ticker: NodeJS.Timeout | null = null
  private emptied: (() => void) | null = null

  constructor(clock: Clock) {
    this.clock = clock
  }

  add(one: Live): void {
    if (this.ticker === null) this.startTicking()
    this.all.add(one)
  }

  delete(one: Live): void {
    if (!this.all.delete(one) || this.all.size > 0) return
    if (this.ticker !== null) clearInterval(this.ticker)
    this.ticker = null
    this.emptied?.()
  }

  get isBusy(): boolean {
    for (const one of this.all) if (one.busy) return true
    return false
  }

  closeIdle(): void {
    for (const one of this.all) one.closeIfIdle()
  }

  drop(): void {
    for (const one of this.all) one.drop()
  }

  /** Waits until nothing is left (or `enough` returns true), for at most `ms` milliseconds. */
  emptyWithin(ms: number, enough: () => boolean = () => false): Promise<void> {
    if (this.all.size === 0 || ms <= 0 || enough()) return Promise.resolve()
    return new Promise(resolve => {
      // As below: what arrived during a stall is read before the time is up.
      const timer = setTimeout(() => setImmediate(done), ms)
      const poll = setInterval(() => enough() && done(), 20)
      const done = () => {
        if (this.emptied !== done) return
        clearTimeout(timer)
        clearInterval(poll)
        this.emptied = null
        resolve()
      }
      this.emptied = done
    })
  }

  private startTicking(): void {
    const { clock } = this
    clock.advance()
    const check = () => {
      for (const one of this.all) one.tick(clock.tick)
    }
    this.ticker = setInterval(() => {
      clock.advance()
      // After a stall of the process, what arrived meanwhile is read first, so that no peer is late for it.
      setImmediate(check).unref()
    }, clock.tickMs)
    this.ticker.unref()
  }
}
