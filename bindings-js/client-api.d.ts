// Paths, bodies and replies of the API. Made by tests/make/client.py from server/openapi.json; do not edit.

export interface paths {
    "/activation-code/{code}/get-info/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Activation Code Info
         * @description Permission: demo
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The number that the controller shows. */
                    code: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ActivationCodeReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alert/{alertId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert Data
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    alertId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alert/{alertId}/change/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Alert
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    alertId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AlertWish"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertResult"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alert/{alertId}/log/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert Log
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: {
                    /** @description From 1 on. */
                    page?: number | null;
                    /** @description 1 to 100; 25 if nothing is said. */
                    itemsOnPage?: number | null;
                    /** @description Of the texts; else the user's, else the organization's. */
                    lang?: components["schemas"]["Language"] | null;
                };
                header?: never;
                path: {
                    alertId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JournalReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alert/{alertId}/status/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Alert Status Information
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    alertId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertStatusReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/authenticate/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Login
         * @description Permission: none
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Credentials"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TokenReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect-code/{code}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Connect Code Info
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The PIN of the controller's sticker; blanks, dashes and small letters are read, too (D-30). */
                    code: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConnectCodeReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/controller/get-template-id/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Controller Template ID
         * @description Permission: any authenticated user
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TemplateOfSkuRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TemplateOfSkuReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device-template/{templateId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Template Data
         * @description Permission: any authenticated user
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    templateId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TemplateReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/{deviceId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Info
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    deviceId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/{deviceId}/change-disable/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Device Disabled State
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    deviceId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Enabled"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceQuotaReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/{deviceId}/next-read-time/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Next Read Time
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    deviceId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NextReadReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/{deviceId}/tracked-params/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Tracked Parameters
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    deviceId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceTrackedParamsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/device/{deviceId}/widgets/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Widgets
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    lang: components["schemas"]["Language"];
                    /** @description Give identifiers and values alone. */
                    onlyParamsValues?: components["schemas"]["Flag"] | null;
                };
                header?: never;
                path: {
                    deviceId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceWidgetsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/em130/read/events/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * EM-130 Read Events
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EventsRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Em130ReadEventsAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/global-notifications/{notificationId}/dismiss/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Dismiss Runtime Global Notification
         * @description Permission: any authenticated user
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    notificationId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DismissReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/history/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get G-SENSE Branch Aggregation History
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    /** @description The first segment begins then or later. */
                    startTimeUtc: components["schemas"]["DateIn"];
                    /** @description The last segment begins before. */
                    endTimeUtc: components["schemas"]["DateIn"];
                };
                header?: never;
                path: {
                    branchId: string;
                    cadence: "1m" | "5m" | "15m" | "1h" | "1d";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HistoryReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/last-segment/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get G-SENSE Branch Last Aggregation Segment
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    branchId: string;
                    cadence: "1m" | "5m" | "15m" | "1h" | "1d";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Segment"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/aggregation/tree/{treeId}/branches-energy/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get G-SENSE Tree Branch Energy Summary
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BranchesEnergyReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/aggregation/tree/{treeId}/root-energy/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get G-SENSE Tree Root Energy
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RootEnergyReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/aggregation/tree/{treeId}/segmentation/{cadence}/last-segment/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get G-SENSE Tree Last Aggregation Segment
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                    cadence: "1m" | "5m" | "15m" | "1h" | "1d";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SegmentsReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create G-SENSE Hierarchy Tree
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GsenseHierarchyTreeCreateBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TreeReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get G-SENSE Hierarchy Tree
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Hierarchy"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/branch/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create G-SENSE Hierarchy Branch
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewBranch"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BranchReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/branch/{branchId}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete G-SENSE Hierarchy Branch
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                    branchId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/branch/{branchId}/rename/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rename G-SENSE Hierarchy Branch
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                    branchId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NameBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete G-SENSE Hierarchy Tree
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/duplicate/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Duplicate G-SENSE Hierarchy Tree
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Named"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TreeReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/rename/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rename G-SENSE Hierarchy Tree
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Named"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/sensor/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create G-SENSE Hierarchy Sensor
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GsenseHierarchyTreeSensorCreateBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SensorReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/hierarchy/tree/{treeId}/sensor/{sensorId}/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete G-SENSE Hierarchy Sensor
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    treeId: string;
                    sensorId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gsense/sensor/{sensorId}/rename/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rename G-SENSE Sensor
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    sensorId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Named"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logout/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Logout
         * @description Permission: any authenticated user
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Network Info
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/change-disable/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Network Disabled State
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Enabled"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/change-solution/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Network Solution
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NetWish"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetChangeSolutionAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/change/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Network Details
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NetChange"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChangedNet"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/connection-status/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Network Connection Status
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetConnectionStatusAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/devices/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Network Devices
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetDevicesReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/net/{netId}/drop-connections/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drop Network Connections
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    netId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never> | null;
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/alerts/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get List of Alerts
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgAlertsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/alerts/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Alert
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AlertWish"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlertResult"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/alerts/log/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Organization Alert Log
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: {
                    /** @description From 1 on. */
                    page?: number | null;
                    /** @description 1 to 100; 25 if nothing is said. */
                    itemsOnPage?: number | null;
                    /** @description Only of alerts with a condition on this network when they began. */
                    netId?: components["schemas"]["Id"] | null;
                    /** @description Of the texts; else the user's, else the organization's. */
                    lang?: components["schemas"]["Language"] | null;
                };
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JournalReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/dashboard/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Data for the Dashboard
         * @description Permission: demo
         */
        get: {
            parameters: {
                query: {
                    lang: components["schemas"]["Language"];
                    /** @description Whether the tracked parameters of each device are listed, too. */
                    includeParams?: components["schemas"]["Flag"] | null;
                };
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DashboardReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/dashboard/add-widgets/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add Widgets to Dashboard
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DashboardParams"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/dashboard/change/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Dashboard Settings
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DashboardParams"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/dashboard/light/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Dashboard Data (Lightweight)
         * @description Permission: demo
         */
        get: {
            parameters: {
                query: {
                    lang: components["schemas"]["Language"];
                    /** @description Networks whose devices are listed. */
                    expandedNetworkIds?: components["schemas"]["IdList"] | null;
                    /** @description Devices whose widgets are listed. */
                    expandedDeviceIds?: components["schemas"]["IdList"] | null;
                };
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LightReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/get-resource-reports/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Org Resource Reports
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgGetResourceReportsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/nets/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Organization Networks List
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgNetsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/nets/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Network
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NetWish"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgNetsCreateAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/nets/device-param-tree/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Organization Networks-Devices-Parameters Tree
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgNetsDeviceParamTreeAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/params/get-id-by-reference/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Parameter ID by Reference
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OrgParamsGetIdByReferenceBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamIdReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/params/get-param-values/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Param Values
         * @description Permission: demo
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReferenceList"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgParamsGetParamValuesAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/params/increment/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Increment Parameter Value
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AmountByReference"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgParamsIncrementAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/params/save-param-value/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Save Parameter Value
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ValueByReference"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgParamsSaveParamValueAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/params/toggle/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Toggle Parameter Value
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ToggleByReference"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgParamsToggleAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/resource-report/create/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create or Update Resource Report
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReportBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReportReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/sms-settings/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Organization SMS Settings
         * @description Permission: owner/manager (manage access to org)
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SmsSettingsBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/viss/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Organization Visualizations
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgVissAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/viss/data/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Multiple Visualizations Data
         * @description Permission: demo
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VisIds"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgVissDataAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/org/{orgId}/viss/info/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Multiple Visualizations Info
         * @description Permission: demo
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    orgId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VisIds"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OrgVissInfoAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/param/{paramId}/dashboard-data/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Parameter Dashboard Data
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    paramId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamDashboardDataAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/param/{paramId}/dashboard-widget-data/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Param Widget Data
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    paramId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WidgetData"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/param/{paramId}/write/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write Parameter Value
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    paramId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewValue"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamWriteAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/params/change/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Parameters
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ParamsChange"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/params/delete/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete Parameters
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ParamsDeletion"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/params/get-info/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Parameters Information
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    paramIds: components["schemas"]["IdList"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamsGetInfoAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/params/last-readings/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Last Readings of Parameters
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    paramIds: components["schemas"]["IdList"];
                    lang: components["schemas"]["Language"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamsLastReadingsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/params/read-realtime/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Real-time Value of Parameter
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    paramIds: components["schemas"]["IdList"];
                    lang: components["schemas"]["Language"];
                    /** @description Answer with the last stored value where the device cannot be read. */
                    failbackToDb?: components["schemas"]["Flag"] | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamsReadRealtimeAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/params/readings-on-time/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Parameters Readings on Specific Time
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OnTimeBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ParamsReadingsOnTimeAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/check-connection/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Check Connection
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CheckConnectionRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckConnectionReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/check-device-read/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Check Device Read
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CheckDeviceReadRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawCheckDeviceReadAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/read-controller-modbus-settings/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Read Controller Modbus Settings
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReadSettingsRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawReadControllerModbusSettingsAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/read-multiple-register-group/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Read Multiple Register Group
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RawReadMultipleRegisterGroupBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawReadMultipleRegisterGroupAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/read-multiple-register-groups/with-timeout/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Read Multiple Register Groups With Timeout
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TimedGroups"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawReadMultipleRegisterGroupsWithTimeoutAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/read-register-group/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Read Register Group
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RegisterGroup"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawReadRegisterGroupAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/send-controller-passwords/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Send Controller Passwords
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordsRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawSendControllerPasswordsAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/write-controller-modbus-settings/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Write Controller Modbus Settings
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WriteSettingsRequest"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawWriteControllerModbusSettingsAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/raw/write-register-group/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Raw Write Register Group
         * @description Permission: operator
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RegisterWrite"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RawWriteRegisterGroupAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readings/date-range/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Readings Date Range
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    paramIds: components["schemas"]["IdList"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DateRangeReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readings/dispersed/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Dispersed Readings
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DispersedBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadingsDispersedAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readings/get/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Readings
         * @description Permission: viewer
         */
        get: {
            parameters: {
                query: {
                    paramId: components["schemas"]["Id"];
                    /** @description First instant, inclusive; without it the reply holds the last points up to `till`. */
                    from?: components["schemas"]["DateIn"] | null;
                    /** @description Last instant, inclusive; the present without it. */
                    till?: components["schemas"]["DateIn"] | null;
                    /** @description 1..=1000. */
                    pointsLimit?: number | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadingsGetAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readings/min-max-range/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Range of Readings Values for a Given Period
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MinMaxBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadingsMinMaxRangeAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resource-report/branch/{branchId}/chart-data/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Resource Report Branch Chart Data
         * @description Permission: viewer
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    branchId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChartBody"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChartReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/translations/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get Translations
         * @description Permission: any authenticated user
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TextsAndLang"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TranslationsAnswer"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/orgs/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List User Organizations Access
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserOrgsAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get API Version Information
         * @description Permission: none
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VersionReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vis/{visId}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Visualization Data
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    visId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VisReply"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vis/{visId}/data/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Visualization Data
         * @description Permission: demo
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    visId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VisDataAnswer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/vis/{visId}/data/save/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Save Visualization Data
         * @description Permission: manager
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    visId: components["schemas"]["Id"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VisValue"];
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An action; without type and recipient it stands in the log alone. */
        ActionReply: {
            recepient?: string | null;
            /** Format: int32 */
            timeoutMinutes: number;
            /** @description `email`, `sms` or `voice-call`. */
            type?: string | null;
        };
        /** @description The controller that shows the code. */
        ActivationCodeReply: {
            /** Format: int32 */
            code: number;
            /** @description From where it dialled in. */
            ip: string;
            mac: string;
            /** Format: int32 */
            port: number;
            sku: string;
        };
        /** @description An alert as it is configured. */
        AlertReply: {
            actions: {
                [key: string]: components["schemas"]["ActionReply"];
            };
            /** @description `all` or `any`. */
            conditionLogic: string;
            conditions: {
                [key: string]: components["schemas"]["ConditionReply"];
            };
            description?: string | null;
            followUps: {
                [key: string]: components["schemas"]["FollowUpReply"];
            };
            id: components["schemas"]["i64"];
            /** @description `none`, `info`, `warning`, `failure` or `critical`. */
            logAs: string;
            name: string;
            slug: string;
        };
        /** @description Whether it was done, or what was wrong with which field. */
        AlertResult: {
            /** @description English texts by the names of fields. */
            errors: {
                [key: string]: string;
            };
            /** @description `success` or `error`. */
            result: string;
        };
        /** @description How an alert stands, by its last record. */
        AlertStatusReply: {
            closedOn?: components["schemas"]["Date"] | null;
            conditions: {
                [key: string]: components["schemas"]["ConditionStatus"];
            };
            confirmed?: components["schemas"]["ConfirmedReply"] | null;
            id: components["schemas"]["i64"];
            isActive: boolean;
            /** Format: int64 */
            lastRecordId?: number | null;
            startedOn?: components["schemas"]["Date"] | null;
        };
        /** @description An alert. */
        AlertWish: {
            /** @description A list, or a dictionary keyed by identifiers */
            actions: {
                /** @description An address of this type; `-`, or nothing, is the organization's own. */
                recepient?: string | null;
                /** Format: int64 */
                timeoutMinutes: number;
                /** @description `sms`, `email`, `voice-call`, or nothing: then it stands in the log alone. */
                type?: string | null;
            }[] | {
                [key: string]: {
                    /** @description An address of this type; `-`, or nothing, is the organization's own. */
                    recepient?: string | null;
                    /** Format: int64 */
                    timeoutMinutes: number;
                    /** @description `sms`, `email`, `voice-call`, or nothing: then it stands in the log alone. */
                    type?: string | null;
                };
            };
            /** @description `all` or `any`. */
            conditionLogic: string;
            /** @description A list, or a dictionary keyed by identifiers */
            conditions: {
                /** @description `g`, `ge`, `l`, `le`, `eq`, `neq` or `reading-error`. */
                kind: string;
                paramId?: components["schemas"]["Id"] | null;
                /** @description The threshold: a number, or its text */
                value?: components["schemas"]["Number"] | string | null;
            }[] | {
                [key: string]: {
                    /** @description `g`, `ge`, `l`, `le`, `eq`, `neq` or `reading-error`. */
                    kind: string;
                    paramId?: components["schemas"]["Id"] | null;
                    /** @description The threshold: a number, or its text */
                    value?: components["schemas"]["Number"] | string | null;
                };
            };
            description?: string | null;
            /** @description A list, or a dictionary keyed by identifiers */
            followUps?: {
                /** @description An address of this type; `-` is the organization's own. */
                recepient: string;
                /** @description `confirmed`, `not-confirmed` or `resolved`. */
                stage: string;
                /** Format: int64 */
                timeoutMinutes: number;
                /** @description `sms`, `email` or `voice-call`. */
                type: string;
            }[] | {
                [key: string]: {
                    /** @description An address of this type; `-` is the organization's own. */
                    recepient: string;
                    /** @description `confirmed`, `not-confirmed` or `resolved`. */
                    stage: string;
                    /** Format: int64 */
                    timeoutMinutes: number;
                    /** @description `sms`, `email` or `voice-call`. */
                    type: string;
                };
            };
            /** @description `none`, `info`, `warning`, `failure` or `critical`. */
            logAs: string;
            /** @description 1 to 200 characters. */
            name: string;
        };
        /** @description A reference, and what is added to its value: a decimal number as text, negative to take away. */
        AmountByReference: {
            amount: string;
            param: string;
        };
        /** @description Seconds after local midnight. */
        AstronomicTimes: {
            /** Format: int32 */
            sunrise: number;
            /** Format: int32 */
            sunset: number;
        };
        /** @description A network that leads to the controller. */
        BoundNet: {
            id: components["schemas"]["i64"];
            name: string;
            orgId: components["schemas"]["i64"];
            slug: string;
        };
        /** @description A branch, in the order in which it is shown. */
        BranchBody: {
            /** @description Levels that its chart is marked with, as whoever shows the chart wants them. */
            borders?: string | null;
            category?: string | null;
            /** Format: uuid */
            id: string;
            /** @description 1 to 255 characters. */
            name: string;
            /** Format: uuid */
            parentBranchId?: string | null;
            value?: components["schemas"]["ValueBody"] | null;
        };
        /** @description Energy of a branch with all below it; 0 where nothing is known. */
        BranchEnergy: {
            /** Format: uuid */
            branchId: string;
            energyKwhLast24h?: components["schemas"]["Number"] | null;
            energyKwhLast30d?: components["schemas"]["Number"] | null;
            energyKwhLast7d?: components["schemas"]["Number"] | null;
            energyKwhPrev24h?: components["schemas"]["Number"] | null;
            energyKwhPrev30d?: components["schemas"]["Number"] | null;
            energyKwhPrev7d?: components["schemas"]["Number"] | null;
            isRoot: boolean;
            /** Format: uuid */
            parentBranchId?: string | null;
        };
        BranchOfTree: {
            /** Format: uuid */
            id: string;
            name: string;
            /** Format: uuid */
            parentBranchId?: string | null;
            sensorIds: string[];
        };
        BranchReply: {
            /** Format: uuid */
            branchId: string;
        };
        /** @description Every branch of a tree. */
        BranchesEnergyReply: {
            rows: components["schemas"]["BranchEnergy"][];
        };
        /** @description The value before, unless the registers held none, and after. */
        Changed: {
            newValue: string;
            oldValue?: string | null;
        };
        /** @description The network's slug, which follows its name. */
        ChangedNet: {
            netSlug: string;
            status: string;
        };
        /** @description A range of local time, and how it is cut. */
        ChartBody: {
            /** @description ISO 8601; without a zone it is local time in `tz`, without a time local midnight. */
            fromDateStr: string;
            segment: components["schemas"]["LocalSegment"];
            /** @description The instant after the last, likewise. */
            tillDateStr: string;
            /** @description IANA name: `Europe/Warsaw`. */
            tz: string;
        };
        ChartPoint: (components["schemas"]["Number"] | string | null)[];
        /** @description What a branch counted in each segment, oldest first. */
        ChartReply: {
            borders?: string | null;
            /** Format: uuid */
            branchId: string;
            name: string;
            values: components["schemas"]["ChartPoint"][];
        };
        CheckConnectionReply: {
            status: components["schemas"]["CheckStatus"];
        };
        CheckConnectionRequest: {
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            /** @description SKU of the controller; the check is the same for all. */
            sku?: string | null;
        };
        CheckDeviceReadRequest: {
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            /** @description SKU of the controller; the check is the same for all. */
            sku?: string | null;
            templateId: components["schemas"]["Id"];
        };
        /** @description What came of it. */
        CheckStatus: {
            connected: components["schemas"]["FoundUnit"];
        } | "NoConnection" | {
            /** @description There is a connection, but the unit did not give its registers. */
            readingFailure: string;
        };
        /** @description A condition. One whose parameter was deleted has none: nothing is known of it any more. */
        ConditionReply: {
            /** @description `g`, `ge`, `l`, `le`, `eq`, `neq` or `reading-error`. */
            kind: string;
            /** @description Reference to the parameter. */
            param?: string | null;
            paramId?: components["schemas"]["i64"] | null;
            value?: components["schemas"]["Number"] | null;
        };
        /** @description A condition, and the last value of its parameter. */
        ConditionStatus: {
            isTriggered: boolean;
            lastValue?: components["schemas"]["Number"] | null;
        };
        /** @description When and by whom a record was confirmed. */
        ConfirmedReply: {
            /** @description An e-mail address or a telephone number; of the command line its user. */
            from: string;
            on: components["schemas"]["Date"];
        };
        /** @description The controller that the code is printed on. */
        ConnectCodeReply: {
            bindedToNet?: components["schemas"]["BoundNet"] | null;
            code: string;
            /**
             * @description Filled while the controller is bound to no network, and for those who may edit the one that it is
             *     bound to.
             */
            devicePasswords: string[];
            macAddress: string;
            /** Format: int32 */
            modbusId?: number | null;
            /** Format: int32 */
            port?: number | null;
            sku?: string | null;
            vpnIpAddress?: string | null;
        };
        Connected: {
            since?: components["schemas"]["Date"] | null;
        };
        /** @enum {string} */
        ConnectionType: "direct" | "backward" | "vpn";
        /** @description An API key and its password (D-06: both are required). */
        Credentials: {
            /** Format: uuid */
            apiKey: string;
            password: string;
        };
        DashboardDevice: {
            disabledOn?: components["schemas"]["Date"] | null;
            id: components["schemas"]["i64"];
            lastReadOn?: components["schemas"]["Date"] | null;
            name: string;
            nextReadMsg?: string | null;
            nextReadMsgCode: string;
            nextReadOn?: components["schemas"]["Date"] | null;
            /** @description In the order of the dashboard. */
            paramWidgets: components["schemas"]["Widget"][];
            params?: components["schemas"]["Widget"][] | null;
            /** @description Of its page. */
            url: string;
        };
        /** @description An event of an alert. */
        DashboardEvent: {
            deviceIds: components["schemas"]["i64"][];
            /**
             * Format: int64
             * @description Of the record.
             */
            id: number;
            isActive: boolean;
            /** @description Of the alert's log. */
            journalUrl: string;
            /** @description `info`, `warning`, `failure` or `critical`. */
            level: string;
            /** @description Of the alert when the event started. */
            name: string;
            networkIds: components["schemas"]["i64"][];
            paramIds: components["schemas"]["i64"][];
            startedOn: components["schemas"]["Date"];
        };
        DashboardNet: {
            /** @description `direct`, `backward` or `vpn`. */
            connectionType: string;
            devices: components["schemas"]["DashboardDevice"][];
            disabledOn?: components["schemas"]["Date"] | null;
            id: components["schemas"]["i64"];
            isConnected: boolean;
            lastConnectionOn?: components["schemas"]["Date"] | null;
            name: string;
            slug: string;
            /** @description Of its page. */
            url: string;
        };
        /** @description Parameters in the order in which they are shown; of one that stands there twice the first place counts. */
        DashboardParams: {
            paramIds: components["schemas"]["Ids"];
        };
        /** @description Networks and devices with the parameters that the organization shows of them. */
        DashboardReply: {
            /** @description Alerts of the organization: those that last, and those that nobody has confirmed. */
            events: components["schemas"]["DashboardEvent"][];
            networks: components["schemas"]["DashboardNet"][];
        };
        /**
         * Format: date-time
         * @description Date and time in UTC with milliseconds, ISO 8601
         */
        Date: string;
        /**
         * Format: date-time
         * @description Date and time with a zone, ISO 8601
         */
        DateIn: string;
        /** @description The first and the last reading of all parameters together; nothing where there is none. */
        DateRangeReply: {
            max?: components["schemas"]["Date"] | null;
            min?: components["schemas"]["Date"] | null;
        };
        DeviceQuotaReply: {
            /**
             * Format: int32
             * @description `null`: a self-hosted server sets no quota of devices (D-38).
             */
            availableDevicesQuota?: number | null;
        };
        /** @description A device. */
        DeviceReply: {
            disabledOn?: components["schemas"]["Date"] | null;
            id: components["schemas"]["i64"];
            /** Format: int64 */
            initializedFromTemplate?: number | null;
            /** Format: int32 */
            modbusTimeoutRetriesNum: number;
            /** Format: int32 */
            modbusUnitId: number;
            name: string;
            netId: components["schemas"]["i64"];
            /** Format: int32 */
            readGroupSize: number;
            slug: string;
            /** Format: int32 */
            updatePeriodSec: number;
            writeFunction: string;
        };
        Disconnected: {
            lastSeenOn?: components["schemas"]["Date"] | null;
            reason: string;
        };
        /** @description Whether it is new that the user has dismissed it. */
        DismissReply: {
            created: boolean;
            /** @description `ok` always. */
            status: string;
        };
        /** @description Parameters, a range, and into how many segments it is cut. */
        DispersedBody: {
            /** @description First instant. */
            from: components["schemas"]["DateIn"];
            paramIds: components["schemas"]["Ids"];
            /**
             * Format: int32
             * @description 1 to 1000.
             */
            points: number;
            /** @description The instant after the last. */
            till: components["schemas"]["DateIn"];
        };
        /** @description A switch of an object. */
        Enabled: {
            enabled: boolean;
        };
        Error: {
            /** @enum {string} */
            errorCode: "CantDecodePayloadJSON" | "IncorrectRequest" | "PayloadIsTooLarge" | "CantParseAuthToken" | "IncorrectContentType" | "NoAuthTokenProvided" | "IncorrectAuthToken" | "InvalidKey" | "InvalidCode" | "InvalidActivationCode" | "NotAuthorized" | "TooManyRequests" | "ObjectNotFound" | "IncorrectEndpoint" | "InternalServerError";
            errorMessage: string;
        };
        /** @description An event as the device holds it. */
        EventReply: {
            astronomicTimes: components["schemas"]["AstronomicTimes"];
            /** Format: int32 */
            dayOfWeek: number;
            /** Format: int32 */
            eventAddress: number;
            /** Format: int32 */
            eventType: number;
            /** Format: int32 */
            modeSwitchOff: number;
            /** Format: int32 */
            modeSwitchOn: number;
            /** Format: int32 */
            timeSwitchOff: number;
            /** Format: int32 */
            timeSwitchOn: number;
        };
        /** @description Which events of which unit. */
        EventsRequest: {
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            /**
             * Format: double
             * @description All versions are read alike.
             */
            deviceVersion?: number | null;
            /**
             * Format: int32
             * @description 1..=10.
             */
            numberOfEvents: number;
            /** @description `em130`. */
            sku: string;
            /** @description Otherwise where the last reading ended. */
            startWithFirst: boolean;
        };
        /** @description One parameter could not be read or written: `{"err": …}` inside a reply of status 200. */
        Failure: {
            err: string;
        };
        /** @description true or 1, false or 0 */
        Flag: boolean | number;
        /** @description What is done at a stage. */
        FollowUpReply: {
            recepient: string;
            /** @description `confirmed`, `not-confirmed` or `resolved`. */
            stage: string;
            /** Format: int32 */
            timeoutMinutes: number;
            /** @description `email`, `sms` or `voice-call`. */
            type: string;
        };
        /** @description Registers 0 and 1 of the unit (D-19). */
        FoundUnit: {
            /**
             * Format: int32
             * @description Register 0.
             */
            deviceIdentificationMarker: number;
            /** Format: int32 */
            unitId: number;
            /**
             * Format: int32
             * @description Register 1.
             */
            version: number;
        };
        /** @description A tree, its branches as they hang together, and all branches and sensors by their identifiers. */
        Hierarchy: {
            branchesById: {
                [key: string]: components["schemas"]["BranchOfTree"];
            };
            sensorsById: {
                [key: string]: components["schemas"]["SensorOfTree"];
            };
            tree: components["schemas"]["Tree"];
        };
        /** @description Segments, oldest first. */
        HistoryReply: {
            rows: components["schemas"]["Segment"][];
        };
        /**
         * Format: int64
         * @description Identifier
         */
        Id: number;
        /** @description Identifiers separated by commas */
        IdList: string | readonly number[];
        /** @description Identifiers */
        Ids: number[];
        /** @description What happened at an instant. */
        JournalLine: {
            date: components["schemas"]["Date"];
            texts: string[];
        };
        /** @description An event. */
        JournalRecord: {
            confirmedOn?: components["schemas"]["Date"] | null;
            details: components["schemas"]["JournalLine"][];
            logAs: string;
            logAsText: string;
            /** @description Of the alert when the event started. */
            name: string;
            resolvedOn?: components["schemas"]["Date"] | null;
            startedOn: components["schemas"]["Date"];
            /** @description `active`, `confirmed` or `resolved`. */
            status: string;
        };
        /** @description One page of an alert log. */
        JournalReply: {
            /** Format: int64 */
            currentPage: number;
            /** Format: int64 */
            itemsOnPage: number;
            records: components["schemas"]["JournalRecord"][];
            /** Format: int64 */
            totalRecords: number;
        };
        /** @enum {string} */
        Kind: "holding" | "input" | "coil" | "discrete-input";
        /**
         * @description Language of texts
         * @enum {string}
         */
        Language: "en" | "pl" | "ru" | "ua";
        /**
         * @description How the network is reached: the address that the server dials or its serial port, or the hardware
         *     address of the controller that dials in.
         */
        Lid: {
            backward: string;
        } | {
            direct: string;
        };
        LightDevice: {
            id: components["schemas"]["i64"];
            lastReadOn?: components["schemas"]["Date"] | null;
            nextReadMsg?: string | null;
            nextReadMsgCode: string;
            nextReadOn?: components["schemas"]["Date"] | null;
            paramWidgets: components["schemas"]["LightWidget"][];
        };
        LightNet: {
            devices: components["schemas"]["LightDevice"][];
            id: components["schemas"]["i64"];
            isConnected: boolean;
            lastConnectionOn?: components["schemas"]["Date"] | null;
        };
        /** @description What changes often: connections, reading times, values of the dashboard's parameters. */
        LightReply: {
            /** @description Active alerts of the organization. */
            events: components["schemas"]["DashboardEvent"][];
            networks: components["schemas"]["LightNet"][];
        };
        LightWidget: {
            formatedLastValue?: string | null;
            id: components["schemas"]["i64"];
            lastReadOn?: components["schemas"]["Date"] | null;
            lastValue?: string | null;
        };
        /**
         * @description Length of a segment of local time
         * @enum {string}
         */
        LocalSegment: "half-hour" | "hour" | "day";
        /** @description Parameters and a range, both ends included. */
        MinMaxBody: {
            from: components["schemas"]["DateIn"];
            paramIds: components["schemas"]["Ids"];
            till: components["schemas"]["DateIn"];
        };
        /** @description Fields that are absent stay as they are. */
        Modification: {
            /** @description At most 200 characters; empty for none. */
            category?: string | null;
            /** @description Whether it may be written. */
            isProgrammable?: boolean | null;
            /** @description Whether it is read in the background. */
            isTracked?: boolean | null;
        };
        /** @description A name. */
        NameBody: {
            /** @description 1 to 255 characters. */
            name: string;
        };
        /** @description A name, and a description unless that stays as it is. */
        Named: {
            description?: string | null;
            /** @description 1 to 255 characters. */
            name: string;
        };
        /** @description What is absent stays as it is. */
        NetChange: {
            /** @description The PIN on a controller's sticker, in place of `mac` or `ip`. */
            connectCode?: string | null;
            connectionType?: components["schemas"]["ConnectionType"] | null;
            /** Format: int32 */
            controllerModbusUnitId?: number | null;
            /** @description An empty one is none. */
            description?: string | null;
            devicePasswords?: string[] | null;
            /** @description Of an address that the server dials. */
            ip?: string | null;
            /** @description Of a controller that dials in. */
            mac?: string | null;
            /**
             * Format: int32
             * @description 1 to 16.
             */
            maxInflightRequestsNum?: number | null;
            /** @description 1 to 200 characters. */
            name?: string | null;
            /** Format: int32 */
            port?: number | null;
            /** @description An empty one is none. */
            sku?: string | null;
            /** @description `standalone`, `rpm416`, `opcb221` or `em130`. */
            solution?: string | null;
        };
        /** @description How the caller names the connection of a network. */
        NetConnection: {
            ip: string;
            /** @enum {string} */
            kind: "direct";
            /** Format: int32 */
            port: number;
        } | {
            code: string;
            /** @enum {string} */
            kind: "connect-code";
        } | {
            code: components["schemas"]["Id"];
            /** @enum {string} */
            kind: "activation-code";
        } | {
            /** @enum {string} */
            kind: "net-id";
            networkId?: components["schemas"]["Id"] | null;
        };
        NetDevice: {
            disabledBy?: string | null;
            disabledOn?: components["schemas"]["Date"] | null;
            id: components["schemas"]["i64"];
            name: string;
        };
        /** @description The devices of a network. */
        NetDevicesReply: {
            /**
             * Format: int32
             * @description `null`: a self-hosted server sets no quota of devices (D-38).
             */
            availableDevicesQuota?: number | null;
            devices: components["schemas"]["NetDevice"][];
        };
        /** @description A network. */
        NetReply: {
            /** Format: int32 */
            controllerModbusUnitId: number;
            createdOn: components["schemas"]["Date"];
            description?: string | null;
            /** @description Filled for callers who may edit, empty for others (D-36). */
            devicePasswords: string[];
            disableNote?: string | null;
            disabledBy?: string | null;
            disabledOn?: components["schemas"]["Date"] | null;
            id: components["schemas"]["i64"];
            ip: string;
            mac?: string | null;
            name: string;
            orgId: components["schemas"]["i64"];
            /** Format: int32 */
            port: number;
            /** @description `modbustcp` always (A-17). */
            protocol: string;
            sku?: string | null;
            slug: string;
        };
        NetSolution: {
            /** @description Of `standalone`. */
            devices?: components["schemas"]["WishedDevice"][];
            /** @description `standalone`, `rpm416`, `opcb221` or `em130`. */
            kind: string;
        };
        /** @description A network as the caller wants it. */
        NetWish: {
            connection: components["schemas"]["NetConnection"];
            /** Format: int32 */
            controllerModbusUnitId: number;
            description?: string | null;
            devicePasswords: string[];
            disabled: boolean;
            /** @description Language of the network's texts; every text is kept in all four, so that a reader's own decides. */
            language: components["schemas"]["Language"];
            /**
             * Format: int32
             * @description 1 to 16.
             */
            maxInflightRequestsNum: number;
            /** @description 1 to 200 characters. */
            name: string;
            sku?: string | null;
            solution: components["schemas"]["NetSolution"];
        };
        /** @description A new branch, below another one or at the top. */
        NewBranch: {
            /** @description 1 to 255 characters. */
            name: string;
            /** Format: uuid */
            parentBranchId?: string | null;
        };
        /** @description The value to write, as text; the language of the reply's formatted value. */
        NewValue: {
            lang?: components["schemas"]["Language"] | null;
            newValue: string;
        };
        /** @description The device's background reading. */
        NextReadReply: {
            lastReadOn?: components["schemas"]["Date"] | null;
            /** @description What the next reading waits for, unless it is simply scheduled; in the language of the organization. */
            msg?: string | null;
            nextReadDate?: components["schemas"]["Date"] | null;
        };
        /** @description A branch with those below it. */
        Node: {
            children: components["schemas"]["Node"][];
            /** Format: uuid */
            id: string;
            name: string;
        };
        /** @description Exact decimal number */
        Number: number | bigint;
        /** @description Parameters of an organization, and an instant. */
        OnTimeBody: {
            orgId: components["schemas"]["Id"];
            paramIds: components["schemas"]["Ids"];
            tillDate: components["schemas"]["DateIn"];
        };
        /** @description The parameter's identifier. */
        ParamIdReply: {
            id: components["schemas"]["i64"];
        };
        /**
         * @description One parameter of such a device; the seed does not show its fields, so they are named as those of a
         *     parameter are.
         */
        ParamTemplate: {
            /** Format: int32 */
            address: number;
            /** Format: int32 */
            bitPosition?: number | null;
            /** Format: int32 */
            bitsAmount?: number | null;
            category?: string | null;
            /** Format: int32 */
            decimalPrecision?: number | null;
            description?: string | null;
            isProgrammable: boolean;
            isTracked: boolean;
            isWidget: boolean;
            label?: string | null;
            max?: components["schemas"]["Number"] | null;
            min?: components["schemas"]["Number"] | null;
            multiplier: components["schemas"]["Number"];
            name: string;
            readAsGroup: boolean;
            registerKind: string;
            representAs: components["schemas"]["Representation"][];
            shift: components["schemas"]["Number"];
            unitName?: string | null;
            valueType: string;
        };
        /** @description Parameters, and what is changed of each. */
        ParamsChange: {
            modification: components["schemas"]["Modification"];
            paramIds: components["schemas"]["Id"][];
        };
        /** @description Parameters to delete. */
        ParamsDeletion: {
            paramIds: components["schemas"]["Id"][];
        };
        PasswordsRequest: {
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: double
             * @description All versions are written alike.
             */
            controllerVersion?: number | null;
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            /** @description Each at most 20 characters, all of printable ASCII; an empty one gives all rights back. */
            passwords: string[];
            sku?: string | null;
        };
        /** @description How the caller names a connection. */
        RawConnection: {
            ip: string;
            /** @enum {string} */
            kind: "direct";
            /** Format: int32 */
            port: number;
        } | {
            /** @enum {string} */
            kind: "net-id";
            networkId: components["schemas"]["Id"];
        } | {
            code: string;
            /** @enum {string} */
            kind: "connect-code";
        } | {
            /** Format: int32 */
            code: number;
            /** @enum {string} */
            kind: "activation-code";
        } | {
            /** @enum {string} */
            kind: "backward";
            mac: string;
        };
        /** @description The registers, or why they could not be read. */
        ReadReply: {
            ok: number[];
        } | components["schemas"]["Failure"];
        ReadSettingsRequest: {
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: double
             * @description All versions are read alike.
             */
            controllerVersion?: number | null;
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            sku: string;
        };
        Reading: {
            formattedValue: string;
            readOn: components["schemas"]["ReadingDate"];
            value: string;
        };
        /**
         * Format: date-time
         * @description Date and time in UTC, ISO 8601
         */
        ReadingDate: string;
        RealtimeValue: {
            formattedValue: string;
            value: string;
        };
        /** @description References with blanks between them, at most 1000. */
        ReferenceList: {
            params: string;
        };
        /** @description Which registers of which unit, through which connection. */
        RegisterGroup: {
            /** Format: int32 */
            address: number;
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            kind: components["schemas"]["Kind"];
            /**
             * Format: int32
             * @description 1..=125 registers, or 1..=2000 bits (D-18).
             */
            registersNum: number;
            /** @description SKU of the controller; reading is the same for all. */
            sku?: string | null;
        };
        /** @description What to write where. */
        RegisterWrite: {
            /** Format: int32 */
            address: number;
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            kind: components["schemas"]["Kind"];
            /** @description SKU of the controller; writing is the same for all. */
            sku?: string | null;
            /** @description 1..=123 registers, or 1..=1968 coils of which any value but 0 is on (D-18). */
            value: number[];
        };
        /** @description A report: a new one, or with `id` the one that takes the place of what it was. */
        ReportBody: {
            /** @description At most 1000, of at most five levels. */
            branches: components["schemas"]["BranchBody"][];
            /** Format: uuid */
            id?: string | null;
            /** @description 1 to 255 characters. */
            name: string;
        };
        ReportReply: {
            /** Format: uuid */
            reportId: string;
        };
        /** @description The text of a value. */
        Representation: {
            description?: string | null;
            text: string;
            value: string;
        };
        /** @description Energy of a tree, and what it cost; 0 where nothing is known. */
        RootEnergyReply: {
            costEurLast24h?: components["schemas"]["Number"] | null;
            costEurLast30d?: components["schemas"]["Number"] | null;
            costEurLast7d?: components["schemas"]["Number"] | null;
            /** @description Up to when readings count. */
            dataOnUtc: components["schemas"]["ReadingDate"];
            energyKwhLast24h?: components["schemas"]["Number"] | null;
            energyKwhLast30d?: components["schemas"]["Number"] | null;
            energyKwhLast7d?: components["schemas"]["Number"] | null;
            energyKwhPrev24h?: components["schemas"]["Number"] | null;
            energyKwhPrev30d?: components["schemas"]["Number"] | null;
            energyKwhPrev7d?: components["schemas"]["Number"] | null;
        };
        /** @description What a branch used in a segment, `null` where nothing is known. */
        Segment: {
            /**
             * Format: uuid
             * @description Absent for the tree itself.
             */
            branchId?: string | null;
            costEurSum?: components["schemas"]["Number"] | null;
            energyKwhSum?: components["schemas"]["Number"] | null;
            lastCurrentA?: components["schemas"]["Number"] | null;
            periodEnd: components["schemas"]["ReadingDate"];
            periodStart: components["schemas"]["ReadingDate"];
            powerKwMean?: components["schemas"]["Number"] | null;
            /** Format: uuid */
            treeId: string;
        };
        /** @description The tree itself, then its branches. */
        SegmentsReply: {
            segments: components["schemas"]["Segment"][];
        };
        SensorOfTree: {
            /**
             * Format: uuid
             * @description The first of its branches in this tree.
             */
            branchId: string;
            description?: string | null;
            deviceId: components["schemas"]["i64"];
            /** Format: uuid */
            id: string;
            isThreePhase: boolean;
            name: string;
            /** Format: int32 */
            sensorIdx: number;
            serialNumber?: string | null;
        };
        SensorReply: {
            /** Format: uuid */
            sensorId: string;
        };
        Settings: {
            /**
             * Format: int32
             * @description 50..=4000000.
             */
            bitRate: number;
            /**
             * Format: int32
             * @description 0 even, 1 odd, 2 space, 3 mark, 4 none, 5 auto-stop, -1 the controller's default.
             */
            byteFormat: number;
        };
        /** @description What the organization wants of short messages. */
        SmsSettingsBody: {
            disableSms: boolean;
            /**
             * Format: double
             * @description Most money for them in a month, 0 to 1000; `null`: no limit. Without the field the limit stays.
             */
            limit?: number | null;
        };
        TemplateOfSkuReply: {
            id: components["schemas"]["i64"];
        };
        TemplateOfSkuRequest: {
            /** @description SKU of the controller. */
            sku: string;
        };
        /** @description A kind of device. */
        TemplateReply: {
            id: components["schemas"]["i64"];
            manufacturer: string;
            name: string;
            paramTemplates: components["schemas"]["ParamTemplate"][];
            /** Format: int32 */
            readGroupSize: number;
            version: string;
            writeFunction: string;
        };
        /** @description English texts, and the language that they are wanted in. */
        TextsAndLang: {
            lang: components["schemas"]["Language"];
            texts: string[];
        };
        /** @description Groups, and how long all of them may take. */
        TimedGroups: {
            regs: components["schemas"]["RegisterGroup"][];
            /**
             * Format: double
             * @description Above 0, up to 3600; 60 without it.
             */
            timeoutSec?: number | null;
        };
        /** @description A reference, the value of the off state, and that of the on state, as text. */
        ToggleByReference: {
            default: string;
            on: string;
            param: string;
        };
        /** @description A session token and when it ends; use does not prolong it. */
        TokenReply: {
            expiresOn: components["schemas"]["Date"];
            /** Format: uuid */
            token: string;
        };
        Tree: {
            branches: components["schemas"]["Node"][];
            description?: string | null;
            /** Format: uuid */
            id: string;
            name: string;
        };
        /** @description A device with its tracked parameters, by identifier. */
        TreeDevice: {
            description?: string | null;
            /** Format: int32 */
            modbusUnitId: number;
            name: string;
            parameters: {
                [key: string]: components["schemas"]["TreeParam"];
            };
            slug: string;
        };
        TreeParam: {
            /** Format: int32 */
            address: number;
            description?: string | null;
            fullName: string;
            isProgrammable: boolean;
            isTracked: boolean;
            label?: string | null;
            name: string;
            slug: string;
            unitName?: string | null;
        };
        TreeReply: {
            /** Format: uuid */
            treeId: string;
        };
        /** @description One of the three. */
        ValueBody: {
            /** @description Reckoned of what parameters counted: `(#561 + 10) / 2`. */
            formula?: string | null;
            /**
             * Format: uuid
             * @description The values of a top branch of any report.
             */
            linkId?: string | null;
            paramId?: components["schemas"]["Id"] | null;
        };
        /** @description A reference, and the value to write, as text. */
        ValueByReference: {
            param: string;
            value: string;
        };
        /** @description Versions of the API and of the server that speaks it. */
        VersionReply: {
            apiServerVersion: string;
            apiVersion: string;
        };
        /** @description Visualizations to tell of. */
        VisIds: {
            visIds: components["schemas"]["Ids"];
        };
        /** @description A visualization. */
        VisReply: {
            createdOn: components["schemas"]["Date"];
            description?: string | null;
            id: components["schemas"]["i64"];
            isDisplayedOnDashboard: boolean;
            name: string;
            orgId: components["schemas"]["i64"];
            slug: string;
            /** @description What it is drawn from, as it was given: at most 1 MiB, never run by the server. */
            source: string;
        };
        /** @description One text of a visualization. It holds at most 1000 of them. */
        VisValue: {
            /** @description 1 to 200 characters. */
            code: string;
            /** @description At most 65,536 bytes. */
            value: string;
        };
        /** @description A widget; `formatedLastValue` is the API's spelling. */
        Widget: {
            formatedLastValue?: string | null;
            fullName: string;
            id: components["schemas"]["i64"];
            isProgrammable: boolean;
            label?: string | null;
            lastReadOn?: components["schemas"]["Date"] | null;
            lastValue?: string | null;
            name: string;
            /** @description The same. */
            paramId: components["schemas"]["i64"];
            unitName?: string | null;
        };
        /** @description A parameter as a widget shows it. */
        WidgetData: {
            deviceDisabledOn?: components["schemas"]["Date"] | null;
            deviceId: components["schemas"]["i64"];
            /** @description With the device's name. */
            fullName: string;
            id: components["schemas"]["i64"];
            isProgrammable: boolean;
            label?: string | null;
            lastReadOn?: components["schemas"]["Date"] | null;
            lastValue?: components["schemas"]["Number"] | null;
            name: string;
            /** @description Of the page with its history. */
            readingReportUrl: string;
            unitName?: string | null;
        };
        /** @description What of a widget changes often, and nothing else: that tells it from a whole one. */
        WidgetValue: {
            formatedLastValue?: string | null;
            id: components["schemas"]["i64"];
            lastValue?: string | null;
            paramId: components["schemas"]["i64"];
        };
        WishedDevice: {
            /** Format: int32 */
            modbusId: number;
            name?: string | null;
            templateId?: components["schemas"]["Id"] | null;
        };
        WriteSettingsRequest: {
            connection: components["schemas"]["RawConnection"];
            /**
             * Format: double
             * @description All versions are written alike.
             */
            controllerVersion?: number | null;
            /**
             * Format: int32
             * @description 1..=255.
             */
            deviceModbusId: number;
            settings: components["schemas"]["Settings"];
            sku: string;
        };
        Written: {
            formattedValue: string;
            newValue: string;
            oldValue: string;
        };
        /** Format: int64 */
        i64: number;
        DeviceTrackedParamsAnswer: {
            category?: string | null;
            fullName: string;
            id: components["schemas"]["i64"];
            label?: string | null;
            name: string;
            unitName?: string | null;
        }[];
        DeviceWidgetsAnswer: (components["schemas"]["Widget"] | components["schemas"]["WidgetValue"])[];
        /** @description `{"status":"ok"}` with the events, or what went wrong. */
        Em130ReadEventsAnswer: {
            events: components["schemas"]["EventReply"][];
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        /** @description A new tree of an organization. */
        GsenseHierarchyTreeCreateBody: components["schemas"]["Named"] & {
            orgId: components["schemas"]["Id"];
        };
        /** @description A sensor of a device, and the branch that it is attached to. */
        GsenseHierarchyTreeSensorCreateBody: components["schemas"]["Named"] & {
            /** Format: uuid */
            branchId: string;
            deviceId: components["schemas"]["Id"];
            isThreePhase: boolean;
            /**
             * Format: int32
             * @description 0 to 31.
             */
            sensorIdx: number;
        };
        /** @description `{"status":"ok","netSlug":…}`, or why not. */
        NetChangeSolutionAnswer: {
            netSlug: string;
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        /** @description One of the two. */
        NetConnectionStatusAnswer: {
            connected: components["schemas"]["Connected"];
        } | {
            disconnected: components["schemas"]["Disconnected"];
        };
        OrgAlertsAnswer: {
            id: components["schemas"]["i64"];
            name: string;
            slug: string;
        }[];
        OrgGetResourceReportsAnswer: {
            /** Format: uuid */
            id: string;
            name: string;
        }[];
        OrgNetsAnswer: {
            disabledBy?: string | null;
            disabledOn?: components["schemas"]["Date"] | null;
            id: components["schemas"]["i64"];
            lid: components["schemas"]["Lid"];
            name: string;
            slug: string;
        }[];
        /** @description `{"status":"ok","netSlug":…}`, or why not. */
        OrgNetsCreateAnswer: {
            netSlug: string;
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        OrgNetsDeviceParamTreeAnswer: {
            [key: string]: {
                description?: string | null;
                devices: {
                    [key: string]: components["schemas"]["TreeDevice"];
                };
                ip: string;
                mac?: string | null;
                name: string;
                /** Format: int32 */
                port: number;
                slug: string;
                solution: string;
            };
        };
        OrgParamsGetIdByReferenceBody: string | {
            /** @description A reference */
            emptyName: string;
        };
        OrgParamsGetParamValuesAnswer: {
            [key: string]: components["schemas"]["Number"] | string;
        };
        /** @description What the device took, or why it did not. */
        OrgParamsIncrementAnswer: {
            ok: components["schemas"]["Changed"];
        } | components["schemas"]["Failure"];
        /** @description What the device took, or why it did not. */
        OrgParamsSaveParamValueAnswer: {
            ok: components["schemas"]["Changed"];
        } | components["schemas"]["Failure"];
        /** @description What the device took, or why it did not. */
        OrgParamsToggleAnswer: {
            ok: components["schemas"]["Changed"];
        } | components["schemas"]["Failure"];
        OrgVissAnswer: {
            id: components["schemas"]["i64"];
            name: string;
        }[];
        OrgVissDataAnswer: {
            [key: string]: {
                [key: string]: string;
            };
        };
        OrgVissInfoAnswer: components["schemas"]["VisReply"][];
        ParamDashboardDataAnswer: (components["schemas"]["Number"] | null)[];
        /** @description The write as the device took it, or why it did not. */
        ParamWriteAnswer: {
            ok: components["schemas"]["Written"];
        } | components["schemas"]["Failure"];
        ParamsGetInfoAnswer: {
            /** Format: int32 */
            address: number;
            /** Format: int32 */
            bitPosition?: number | null;
            /** Format: int32 */
            bitsAmount?: number | null;
            deviceId: components["schemas"]["i64"];
            deviceName: string;
            deviceSlug: string;
            fullName: string;
            id: components["schemas"]["i64"];
            isProgrammable: boolean;
            label?: string | null;
            name: string;
            networkId: components["schemas"]["i64"];
            networkName: string;
            networkSlug: string;
            registerKind: string;
            slug: string;
            unitName?: string | null;
            valueType: string;
        }[];
        ParamsLastReadingsAnswer: {
            [key: string]: components["schemas"]["Reading"] | components["schemas"]["Failure"];
        };
        ParamsReadRealtimeAnswer: {
            [key: string]: components["schemas"]["RealtimeValue"] | components["schemas"]["Failure"];
        };
        ParamsReadingsOnTimeAnswer: {
            [key: string]: null | {
                readOn: components["schemas"]["Date"];
                value: string;
            };
        };
        /** @description `{"status":"ok"}`, or what went wrong. */
        RawCheckDeviceReadAnswer: {
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        /** @description `{"status":"ok"}` with the settings, or what went wrong. */
        RawReadControllerModbusSettingsAnswer: {
            /** Format: int32 */
            bitRate: number;
            /**
             * Format: int32
             * @description 0 even, 1 odd, 2 space, 3 mark, 4 none, 5 auto-stop, -1 the controller's default.
             */
            byteFormat: number;
            /** Format: int32 */
            controllerUnitId: number;
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        RawReadMultipleRegisterGroupBody: components["schemas"]["RegisterGroup"][];
        RawReadMultipleRegisterGroupAnswer: {
            /** Format: int32 */
            address: number;
            connection: components["schemas"]["RawConnection"];
            /** Format: int32 */
            deviceModbusId: number;
            kind: components["schemas"]["Kind"];
            /** @description `ip:port`, or the hardware address of a controller that dials in (D-18). */
            netLid: string;
            /** Format: int32 */
            registersNum: number;
            result: components["schemas"]["ReadReply"];
        }[];
        RawReadMultipleRegisterGroupsWithTimeoutAnswer: {
            /** Format: int32 */
            address: number;
            connection: components["schemas"]["RawConnection"];
            /** Format: int32 */
            deviceModbusId: number;
            kind: components["schemas"]["Kind"];
            /** @description `ip:port`, or the hardware address of a controller that dials in (D-18). */
            netLid: string;
            /** Format: int32 */
            registersNum: number;
            result: components["schemas"]["ReadReply"];
        }[];
        /** @description The registers, or why they could not be read. */
        RawReadRegisterGroupAnswer: {
            ok: number[];
        } | components["schemas"]["Failure"];
        /** @description `{"status":"ok"}`, or what went wrong. */
        RawSendControllerPasswordsAnswer: {
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        /** @description `{"status":"ok"}`, or what went wrong. */
        RawWriteControllerModbusSettingsAnswer: {
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        /** @description `{"status":"ok"}`, or what went wrong. */
        RawWriteRegisterGroupAnswer: {
            /** @enum {string} */
            status: "ok";
        } | {
            errorMessage: string;
            /** @enum {string} */
            status: "error";
        };
        ReadingsDispersedAnswer: (string | (components["schemas"]["Number"] | null)[])[][];
        ReadingsGetAnswer: (components["schemas"]["Number"] | string | null)[][];
        ReadingsMinMaxRangeAnswer: {
            [key: string]: {
                maxValue: components["schemas"]["Number"];
                maxValueOn: components["schemas"]["Date"];
                minValue: components["schemas"]["Number"];
                minValueOn: components["schemas"]["Date"];
            };
        };
        TranslationsAnswer: string[];
        UserOrgsAnswer: {
            orgId: components["schemas"]["i64"];
            orgName: string;
            userRole: string;
        }[];
        VisDataAnswer: {
            [key: string]: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
