import type { Routes } from 'arlen'

export function pages(routes: Routes): void {
  routes.get('/', { name: 'home' }, c => c.render('home', { title: 'Home' }))
}
