export function Logo({ size = 32, mono = false }: { size?: number; mono?: boolean }) {
  return (
    <svg
      viewBox="0 0 32 32" width={size} height={size} fill="none" strokeWidth="4.6" strokeLinecap="round"
      strokeLinejoin="round" role="img" aria-label="Kapocs" className={mono ? 'logo logo--mono' : 'logo'}
    >
      <path className="logo__clasp" d="M24 5.5C24 11.7 20 16 14.8 16 20 16 24 20.3 24 26.5" />
      <path className="logo__bar" d="M9 5.5v21" />
    </svg>
  )
}
