/// <reference types="vite/client" />

declare const __APP_VERSION__: string;

declare module 'virtual:krds.css' {}
declare module 'virtual:pretendard.css' {}
declare module 'virtual:pretendard-rest.css' {}
