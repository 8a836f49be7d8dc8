/** A program of the system that tests run against. */
export interface SystemProgram {
  name: string;
  /** The environment variable that overrides the search, and from which tests read the path. */
  variable: string;
  /** Names to search for on the PATH. */
  commands: readonly string[];
  /** Paths that are tried first. */
  places: readonly string[];
  /** Of Debian and Ubuntu; of several, separated by spaces, the first one that the distribution has. */
  aptPackage: string;
  /** Folders of the tests that need it. */
  usedBy: readonly string[];
}

export const SYSTEM_PROGRAMS: readonly SystemProgram[] = [
  {
    name: 'chromium',
    variable: 'CHROME_PATH',
    // The headless shell is Chromium without the windows: the tests of the page take a third of the processor time with it.
    commands: ['chromium-headless-shell', 'chromium', 'google-chrome', 'google-chrome-stable', 'chrome'],
    places: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    aptPackage: 'chromium-headless-shell chromium',
    usedBy: ['tests/flows', 'tests/bots', 'tests/deploy'],
  },
  {
    name: 'firefox',
    variable: 'FIREFOX_PATH',
    commands: ['firefox-esr', 'firefox'],
    places: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    aptPackage: 'firefox-esr',
    usedBy: ['tests/flows'],
  },
  {
    name: 'webkit-driver',
    variable: 'WEBKIT_DRIVER_PATH',
    commands: ['WebKitWebDriver'],
    places: [],
    aptPackage: 'webkit2gtk-driver',
    usedBy: ['tests/flows'],
  },
  {
    // A screen for WebKit.
    name: 'xvfb',
    variable: 'XVFB_PATH',
    commands: ['Xvfb'],
    places: [],
    aptPackage: 'xvfb',
    usedBy: ['tests/flows'],
  },
  {
    name: 'redis-server',
    variable: 'REDIS_SERVER_PATH',
    commands: ['redis-server'],
    places: [],
    aptPackage: 'redis-server',
    usedBy: ['tests/presence', 'tests/sockets', 'tests/cluster', 'tests/chaos', 'tests/deploy'],
  },
  {
    name: 'rabbitmq-server',
    variable: 'RABBITMQ_SERVER_PATH',
    commands: ['rabbitmq-server'],
    // Debian's command of this name requires to be root or rabbitmq; the script that it calls does not.
    places: ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/homebrew/sbin/rabbitmq-server'],
    aptPackage: 'rabbitmq-server',
    usedBy: ['tests/bots', 'tests/deploy'],
  },
  {
    name: 'openssl',
    variable: 'OPENSSL_PATH',
    commands: ['openssl'],
    places: [],
    aptPackage: 'openssl',
    usedBy: ['tests/database', 'tests/presence'],
  },
  {
    name: 'sshd',
    variable: 'SSHD_PATH',
    commands: ['sshd'],
    places: [],
    aptPackage: 'openssh-server',
    usedBy: ['tests/deploy'],
  },
  {
    name: 'nginx',
    variable: 'NGINX_PATH',
    commands: ['nginx'],
    places: [],
    aptPackage: 'nginx-light',
    usedBy: ['tests/deploy'],
  },
  {
    name: 'shellcheck',
    variable: 'SHELLCHECK_PATH',
    commands: ['shellcheck'],
    places: [],
    aptPackage: 'shellcheck',
    usedBy: ['tests/deploy'],
  },
  {
    name: 'systemd-analyze',
    variable: 'SYSTEMD_ANALYZE_PATH',
    commands: ['systemd-analyze'],
    places: [],
    aptPackage: 'systemd',
    usedBy: ['tests/deploy'],
  },
  {
    // Runs a program in a terminal.
    name: 'script',
    variable: 'SCRIPT_PATH',
    commands: ['script'],
    places: [],
    aptPackage: 'bsdutils',
    usedBy: ['tests/scripts'],
  },
];
