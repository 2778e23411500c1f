import { Cookie, CookieJar as ToughJar } from 'tough-cookie'

/** The cookies of one visitor, kept by the rules of RFC 6265bis. */
export class CookieJar {
  #jar: ToughJar = new ToughJar()
  readonly #origin: URL
  isEmpty = true

  constructor(origin: URL) {
    this.#origin = origin
  }

  /** The value of a cookie that would be sent to the path. */
  get(name: string, path: string = '/'): string | undefined {
    return this.#cookies(new URL(path, this.#origin)).find(cookie => cookie.key === name)?.value
  }

  /** The names and values that would be sent to the path. */
  all(path: string = '/'): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#cookies(new URL(path, this.#origin)).map(({ key, value }) => [key, value]))
  }

  /** Takes a cookie as a Set-Cookie field says it; what browsers would refuse is refused. */
  set(field: string, url: URL = this.#origin): void {
    const cookie = Cookie.parse(field)
    if (cookie === undefined) return
    this.#jar.setCookieSync(cookie, secure(url), { ignoreError: true })
    this.isEmpty = false
  }

  /** @internal The value of the Cookie field for an address. */
  header(url: URL): string {
    return this.#jar.getCookieStringSync(secure(url))
  }

  /** Forgets one cookie, or all: a browser that was closed. */
  clear(name?: string): void {
    const kept = name === undefined ? [] : this.#jar.serializeSync()!.cookies.filter(({ key }) => key !== name)
    const jar = new ToughJar()
    for (const each of kept) {
      const cookie = Cookie.fromJSON(each)
      if (cookie) jar.setCookieSync(cookie, secure(this.#origin), { ignoreError: true })
    }
    this.#jar = jar
    this.isEmpty = kept.length === 0
  }

  #cookies(url: URL): Cookie[] {
    return this.#jar.getCookiesSync(secure(url))
  }
}

/** To a browser localhost is as good as https: cookies marked Secure are kept and sent. */
function secure(url: URL): string {
  return url.href.replace(/^http:/, 'https:')
}
