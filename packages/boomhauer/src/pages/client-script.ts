/**
 * Runs in the pages. It keeps a stream of events open while the page is visible (a browser has few connections for each
 * host, and hidden pages would use them up), reloads the page when a newer build than its own is there, swaps style
 * sheets in place, and shows notices in a shadow tree that the page's own styles do not reach. The lists of the panel get new rows
 * while they are open; rows that are the same stay as they are, with the focus and the selection in them.
 */
export const CLIENT_SCRIPT: string = `(() => {
  'use strict'
  if (window.__boomhauer) return
  window.__boomhauer = true
  const me = document.currentScript
  const mine = me.dataset.build
  const path = new URL('.', me.src).pathname
  me.remove() // selectors and scripts of the page do not see it
  let source, host, reloads

  function reload(build) {
    // A page from the browser's cache may carry an old build: reload it once per build.
    if (build !== undefined) {
      if (sessionStorage.getItem('boomhauer:' + location.href) === build) return
      sessionStorage.setItem('boomhauer:' + location.href, build)
    }
    source?.close()
    // Do not repeat a POST. Navigating to a URL with a fragment would not reload the page.
    if (me.dataset.again) location.replace(location.pathname + location.search)
    else location.reload()
  }

  function styles(files) {
    const links = [...document.querySelectorAll('link[rel~=stylesheet]')]
    const named = links.filter(link => files.some(file => {
      const stem = file.replace(/[.]css$/, '')
      return new URL(link.href).pathname.split('/').pop().startsWith(stem)
    }))
    for (const link of named.length > 0 ? named : links) {
      const url = new URL(link.href)
      if (url.origin !== location.origin) continue
      url.searchParams.set('boomhauer', Date.now())
      const next = link.cloneNode()
      next.href = url.href
      next.addEventListener('load', () => link.remove(), { once: true })
      next.addEventListener('error', () => next.remove(), { once: true })
      link.after(next)
    }
  }

  const shown = new Map()
  function notice({ id, title, html }) {
    if (html === '') shown.delete(id)
    else shown.set(id, { title, html })
    draw()
  }

  function draw() {
    host?.remove()
    host = undefined
    if (shown.size === 0) return
    host = document.createElement('boomhauer-notices')
    const root = host.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    fetch(path + 'notice.css').then(answer => answer.text()).then(text => sheet.replaceSync(text))
    root.adoptedStyleSheets = [sheet]
    for (const [id, { title, html }] of shown) {
      const box = document.createElement('section')
      box.setAttribute('role', 'status')
      const bar = document.createElement('div')
      bar.className = 'bar'
      const name = document.createElement('button')
      name.className = 'title'
      name.textContent = title
      name.setAttribute('aria-expanded', 'false')
      const close = document.createElement('button')
      close.className = 'close'
      close.textContent = 'Dismiss'
      const body = document.createElement('div')
      body.className = 'body'
      body.hidden = true
      body.innerHTML = html
      name.onclick = () => {
        body.hidden = !body.hidden
        name.setAttribute('aria-expanded', String(!body.hidden))
      }
      close.onclick = () => { shown.delete(id); draw() }
      bar.append(name, close)
      box.append(bar, body)
      root.append(box)
    }
    document.documentElement.append(host)
  }

  const isList = document.querySelector('[data-live]') !== null
  let stale = false, refreshing = false

  async function refresh() {
    stale = true
    if (refreshing) return
    refreshing = true
    try {
      while (stale) {
        stale = false
        const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
        if (answer.ok) merge(new DOMParser().parseFromString(await answer.text(), 'text/html'))
      }
    } catch {
      // The development server was stopped: the next connection asks again.
    }
    refreshing = false
  }

  function merge(fresh) {
    for (const list of document.querySelectorAll('[data-live]')) {
      const now = fresh.querySelector('[data-live="' + list.dataset.live + '"]')
      if (!now) continue
      const keyed = element => new Map([...element.querySelectorAll('[data-key]')].map(row => [row.dataset.key, row]))
      const known = keyed(list)
      const rows = keyed(now)
      if (known.size === 0) {
        if (rows.size > 0) list.replaceChildren(...now.childNodes)
        continue
      }
      const first = known.values().next().value
      for (const [key, row] of rows) if (!known.has(key)) first.before(row)
      for (const [key, row] of known) {
        const next = rows.get(key)
        if (next && next.innerHTML !== row.innerHTML) renew(row, next)
      }
      for (const [key, row] of known) if (!rows.has(key) && !isInUse(row)) row.remove()
    }
  }

  function renew(row, next) {
    const hasFocus = row.contains(document.activeElement)
    row.replaceWith(next)
    if (hasFocus) next.querySelector('button, a')?.focus()
  }

  function isInUse(row) {
    return row.contains(document.activeElement) || getSelection().containsNode(row, true)
  }

  function connect() {
    if (source && source.readyState !== 2) return
    source = new EventSource(path + 'events' + (isList ? '?activity' : ''))
    // What has happened since the list was rendered, or while there was no stream.
    source.onopen = () => { if (isList) refresh() }
    source.onmessage = ({ data }) => {
      const message = JSON.parse(data)
      if (message.type === 'state') {
        reloads ??= message.reloads
        if (message.state !== 'building' && message.build !== mine) reload(message.build)
        else if (message.reloads !== reloads) reload()
      }
      else if (message.type === 'reload') reload()
      else if (message.type === 'activity') refresh()
      else if (message.type === 'styles') styles(message.files)
      else if (message.type === 'notice') notice(message)
    }
  }

  function visibility() {
    if (document.visibilityState === 'visible') connect()
    else source?.close()
  }
  document.addEventListener('visibilitychange', visibility)
  window.addEventListener('pagehide', () => source?.close())
  window.addEventListener('pageshow', visibility)
  visibility()
})()
`
