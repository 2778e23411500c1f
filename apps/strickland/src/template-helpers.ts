import type { HelperTypes } from '@arlen/view'
import type { AppHelpers, Context } from 'arlen'
import { cartCount } from './cart/cart.ts'
import { formatPrice } from './format-price.ts'
import { formatTime } from './format-time.ts'

/** What every template of the shop can call and use. */
export const templates = {
  helpers: { formatPrice, formatTime },
  contextHelpers: {
    cartCount: (c: Context) => () => cartCount(c.session),
    currentUser: (c: Context) => () => c.user,
    /** Whether a link leads to the current page or to one of its ancestors. */
    isAt: (c: Context) => (path: string) => c.req.path === path || c.req.path.startsWith(`${path}/`),
  },
  locals: { q: '' },
}

/** Declares the same for TypeScript, which checks the templates too (`tsconfig.json`). */
declare module '@arlen/view' {
  interface Helpers extends AppHelpers, HelperTypes<typeof templates> {}
}
