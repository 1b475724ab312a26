const PATHS = {
  close: 'M6 6l12 12M18 6 6 18',
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  attach: 'm20 11.5-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L9.6 17.2a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6',
  sound: 'M6 9.5a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4s2-1.5 2-6.500M10 20a2.2 2.2 0 0 0 4 0',
  silent: 'M9 4.300a6 6 0 0 1 9 5.200c0 2 .3 3.4.7 4.400M17 16H4s2-1.5 2-6.500c0-.6.1-1.2.3-1.800M10 20a2.2 2.2 0 0 0 4 0M3 3l18 18',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5v5h5',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  warning: 'M12 8v5M12 16.500v.010M12 3 2 20h20L12 3Z',
  mail: 'M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1ZM3.5 6.5 12 13l8.5-6.5',
  tick: 'm5 12.5 4.5 4.500L19 7.5',
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
