import { Cookie, CookieJar as ToughJar } from 'tough-cookie'

/** The cookies of one visitor, kept according to RFC 6265bis. */
export class CookieJar {
  #jar: ToughJar = new ToughJar()
  readonly #origin: URL
  isEmpty = true

  constructor(origin: URL) {
    this.#origin = origin
  }

  /** The value of a cookie that would be sent for the path. */
  get(name: string, path: string = '/'): string | undefined {
    return this.#cookies(new URL(path, this.#origin)).find(cookie => cookie.key === name)?.value
  }

  /** The names and values that would be sent for the path. */
  all(path: string = '/'): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#cookies(new URL(path, this.#origin)).map(({ key, value }) => [key, value]))
  }

  /** Stores a cookie from a Set-Cookie field; cookies that browsers would reject are rejected. */
  set(field: string, url: URL = this.#origin): void {
    this.#take(Cookie.parse(field), url)
  }

  #take(cookie: Cookie | null | undefined, url: URL = this.#origin): void {
    if (!cookie) return
    this.#jar.setCookieSync(cookie, secure(url), { ignoreError: true })
    this.isEmpty = false
  }

  /** Copies the cookies of another jar, or stores names and values for every path. */
  add(cookies: CookieJar | Readonly<Record<string, string>>): void {
    if (cookies instanceof CookieJar) {
      for (const each of cookies.#jar.serializeSync()!.cookies) this.#take(Cookie.fromJSON(each))
    } else for (const [name, value] of Object.entries(cookies)) this.set(`${name}=${value}; Path=/; Secure`)
  }

  /** @internal The value of the Cookie field for an address. */
  header(url: URL): string {
    return this.#jar.getCookieStringSync(secure(url))
  }

  /** Deletes one cookie, or all, as if the browser had been closed. */
  clear(name?: string): void {
    const kept = name === undefined ? [] : this.#jar.serializeSync()!.cookies.filter(({ key }) => key !== name)
    this.#jar = new ToughJar()
    this.isEmpty = true
    for (const each of kept) this.#take(Cookie.fromJSON(each))
  }

  #cookies(url: URL): Cookie[] {
    return this.#jar.getCookiesSync(secure(url))
  }
}

/** Browsers treat localhost like https: cookies marked Secure are stored and sent. */
function secure(url: URL): string {
  return url.href.replace(/^http:/, 'https:')
}
