import type { Density, Theme } from '../../api/types'

const STORED = 'kapocs.theme'

/** Remembered on the device as well, so that the sign-in page already wears it. */
export function applyTheme(theme: Theme) {
  localStorage.setItem(STORED, theme)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function applyDensity(density: Density) {
  document.documentElement.dataset.density = density
}

export function storedTheme(): Theme {
  const value = localStorage.getItem(STORED)
  return value === 'light' || value === 'dark' ? value : 'system'
}
