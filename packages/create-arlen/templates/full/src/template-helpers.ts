import type { HelperTypes } from '@arlen/view'
import type { AppHelpers, Context } from 'arlen'

const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/** What every template can call, besides the helpers of the framework. */
export const templates = {
  helpers: { formatTime: (moment: Date) => TIME.format(moment) },
  contextHelpers: {
    currentUser: (c: Context) => () => c.user,
    /** Whether a link leads to the current page or to one above it. */
    isAt: (c: Context) => (path: string) => c.req.path === path || c.req.path.startsWith(`${path}/`),
  },
}

declare module '@arlen/view' {
  interface Helpers extends AppHelpers, HelperTypes<typeof templates> {}
}
