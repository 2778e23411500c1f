import type { ServerResponse } from 'node:http'

/** Messages to pages. */
export type LiveMessage =
  /** The current state, sent to each page when it connects and whenever the state changes. */
  | { type: 'state'; build: string; state: 'building' | 'ready' | 'failed' }
  /** Static files have changed. */
  | { type: 'reload' }
  /** Style sheets have changed, by file name. */
  | { type: 'styles'; files: readonly string[] }
  /** A notice to show on the page; empty markup removes it. */
  | { type: 'notice'; id: string; title: string; html: string }
  /** The application has answered requests. */
  | { type: 'activity' }

const PING_MS = 30_000
/** Requests come in groups: a page, and what it loads. */
const ACTIVITY_MS = 100

/** The open pages, each with its event stream (HTML Living Standard, server-sent events). */
export class LiveReload {
  #pages = new Set<ServerResponse>()
  /** The pages that list requests. */
  #lists = new Set<ServerResponse>()
  #activity: NodeJS.Timeout | undefined
  #notices = new Map<string, LiveMessage>()
  #ping: NodeJS.Timeout | undefined
  /** How often pages were told to reload: one that was hidden meanwhile learns it from the state. */
  #reloads = 0

  get size(): number {
    return this.#pages.size
  }

  /** @param isList - whether the page lists requests, and wants to know of new ones */
  connect(res: ServerResponse, state: LiveMessage, isList = false): void {
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    res.write(`retry: 300\n\n${this.#event(state)}`)
    for (const notice of this.#notices.values()) res.write(this.#event(notice))
    this.#pages.add(res)
    if (isList) this.#lists.add(res)
    this.#ping ??= setInterval(() => this.#write(': ping\n\n'), PING_MS).unref()
    res.once('close', () => {
      this.#pages.delete(res)
      this.#lists.delete(res)
      if (this.#pages.size > 0) return
      clearInterval(this.#ping)
      this.#ping = undefined
    })
  }

  send(message: LiveMessage): void {
    if (message.type === 'notice') {
      if (message.html === '') this.#notices.delete(message.id)
      else this.#notices.set(message.id, message)
    }
    if (message.type === 'reload') this.#reloads++
    this.#write(this.#event(message))
  }

  /** Requests have been answered, jobs have run: pages that list them are told soon. */
  active(): void {
    if (this.#lists.size === 0) return
    this.#activity ??= setTimeout(() => {
      this.#activity = undefined
      for (const page of this.#lists) page.write(this.#event({ type: 'activity' }))
    }, ACTIVITY_MS).unref()
  }

  close(): void {
    clearInterval(this.#ping)
    clearTimeout(this.#activity)
    for (const page of this.#pages) page.end()
  }

  #event(message: LiveMessage): string {
    const told = message.type === 'state' ? { ...message, reloads: this.#reloads } : message
    return `data: ${JSON.stringify(told)}\n\n`
  }

  #write(text: string): void {
    for (const page of this.#pages) page.write(text)
  }
}
